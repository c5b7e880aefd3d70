#include "recovery/region_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/sentence.h"

namespace nanospan::recovery {

Result<RegionFile> RegionFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return base::failure("The region can't be opened (%s); run as the user who owns it.",
                         std::strerror(errno));
  struct stat info {};
  RegionFile file;
  file.path_ = path;
  void* base = MAP_FAILED;
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
    file.bytes_ = static_cast<std::size_t>(info.st_size);
    base = mmap(nullptr, file.bytes_, PROT_READ, MAP_SHARED, fd, 0);
  }
  file.liveness_ = liveness_of(fd);
  close(fd);
  if (base == MAP_FAILED)
    return base::failure("The region can't be mapped: it is empty, or not a regular file.");
  file.base_ = static_cast<const std::byte*>(base);
  auto view = format::RegionView::check(file.base_, file.bytes_);
  if (!view) return view.status();
  file.view_ = *view;
  return file;
}

RegionFile::RegionFile(RegionFile&& other) noexcept
    : path_(std::move(other.path_)),
      base_(std::exchange(other.base_, nullptr)),
      bytes_(other.bytes_),
      liveness_(other.liveness_),
      view_(other.view_) {}

RegionFile::~RegionFile() {
  if (base_ != nullptr) munmap(const_cast<std::byte*>(base_), bytes_);
}

std::int64_t RegionFile::end_of_open_spans(const clock::ClockMap& clock) const {
  return alive() ? now_unix_ns() : decode::time_of_death(view_, clock);
}

}  // namespace nanospan::recovery

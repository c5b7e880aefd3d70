#include "region_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>

#include "clock/anchor.h"
#include "text.h"

namespace nanospan::tools {
namespace {

bool is_locked(int fd) {
  struct flock probe {};
  probe.l_type = F_WRLCK;
  probe.l_whence = SEEK_SET;
  return fcntl(fd, F_OFD_GETLK, &probe) == 0 && probe.l_type != F_UNLCK;
}

// Of this boot, 16 bytes; "" if it can't be read.
std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text, id;
  file >> text;
  std::string digits;
  for (const char c : text) {
    if (c != '-') digits += c;
  }
  for (std::size_t at = 0; at + 2 <= digits.size(); at += 2)
    id += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
  return id;
}

}  // namespace

bool is_owner_alive(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  const bool alive = is_locked(fd);
  close(fd);
  return alive;
}

std::int64_t now_unix_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Result<RegionFile> RegionFile::open(const std::string& path) {
  const std::string name = printable(path);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return Status::failure(name + " can't be opened (" + std::strerror(errno) +
                           "); run as the user who owns it.");
  struct stat info {};
  RegionFile file;
  file.path_ = path;
  void* base = MAP_FAILED;
  if (fstat(fd, &info) == 0 && info.st_size > 0) {
    file.bytes_ = static_cast<std::size_t>(info.st_size);
    base = mmap(nullptr, file.bytes_, PROT_READ, MAP_SHARED, fd, 0);
  }
  file.alive_ = is_locked(fd);
  close(fd);
  if (base == MAP_FAILED)
    return Status::failure(name + " can't be mapped; it is empty, or not a regular file.");
  file.base_ = static_cast<const std::byte*>(base);
  auto view = format::RegionView::check(file.base_, file.bytes_);
  if (!view) return Status::failure(name + ": " + view.error());
  file.view_ = *view;
  return file;
}

RegionFile::RegionFile(RegionFile&& other) noexcept
    : path_(std::move(other.path_)),
      base_(std::exchange(other.base_, nullptr)),
      bytes_(other.bytes_),
      alive_(other.alive_),
      view_(other.view_) {}

RegionFile::~RegionFile() {
  if (base_ != nullptr) munmap(const_cast<std::byte*>(base_), bytes_);
}

clock::ClockMap RegionFile::clock() const {
  clock::ClockMap map(view_);
  const std::string boot = boot_id();
  const auto source = static_cast<detail::TickSource>(view_.header().tick_source);
  const bool same_counter =
      source == detail::kCompiledTickSource || source == detail::TickSource::kClockGettime;
  if (same_counter && boot.size() == sizeof(view_.header().boot_id) &&
      std::memcmp(boot.data(), view_.header().boot_id, boot.size()) == 0)
    map.add(clock::take_anchor(source));
  return map;
}

std::int64_t RegionFile::end_of_open_spans(const clock::ClockMap& clock) const {
  return alive_ ? now_unix_ns() : decode::time_of_death(view_, clock);
}

}  // namespace nanospan::tools

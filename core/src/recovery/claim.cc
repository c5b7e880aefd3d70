#include "recovery/claim.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "format/region_layout.h"
#include "recovery/liveness.h"

namespace nanospan::recovery {
namespace {

// Keeps fd's description alive, and with it its locks. nullptr: it can't be.
void* hold_description(int fd) noexcept {
  void* const page = mmap(nullptr, format::kPage, PROT_READ, MAP_SHARED, fd, 0);
  if (page == MAP_FAILED) return nullptr;
  if (madvise(page, format::kPage, MADV_DONTFORK) == 0) return page;
  munmap(page, format::kPage);
  return nullptr;
}

}  // namespace

std::optional<Claim> Claim::take(const DeadFile& file) {
  const int fd = file.open(O_RDWR);
  if (fd < 0) return std::nullopt;
  void* page = nullptr;
  struct stat info {};
  // Whoever had it may have removed it before this lock was free.
  if (lock_for_recovery(fd) && fstat(fd, &info) == 0 && info.st_nlink != 0)
    page = hold_description(fd);
  close(fd);
  if (page == nullptr) return std::nullopt;
  return Claim(file, page);
}

Claim::Claim(Claim&& other) noexcept
    : file_(std::move(other.file_)), page_(std::exchange(other.page_, nullptr)) {}

Claim::~Claim() {
  if (page_ != nullptr) munmap(page_, format::kPage);
}

bool Claim::write(std::span<const Patch> patches) noexcept {
  const int fd = file_.open(O_RDWR);
  if (fd < 0) return false;
  const bool all = std::all_of(patches.begin(), patches.end(), [&](const Patch& patch) {
    return write_at(fd, patch.values.data(), patch.words * sizeof(std::uint64_t), patch.offset);
  });
  close(fd);
  return all;
}

bool Claim::remove() noexcept {
  const int fd = file_.open(O_RDONLY);  // still this one
  if (fd < 0) return false;
  close(fd);
  return unlink(file_.path.c_str()) == 0;
}

}  // namespace nanospan::recovery

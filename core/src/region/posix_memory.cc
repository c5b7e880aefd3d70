#include "region/posix_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14
#endif

namespace nanospan::region {
namespace {
constinit std::mutex descriptors;

enum class Reserved : std::uint8_t { kYes, kNotAsked, kNoRoom };

// Blocks where writing a page would allocate them later (disks); on tmpfs it does the allocation. A
// file that somebody removed can't be opened: then populating alone must do.
Reserved reserve_blocks(const char* path, std::uint64_t offset, std::size_t bytes) noexcept {
  const std::lock_guard no_fork(descriptors);
  const int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return Reserved::kNotAsked;
  int failure;
  do {
    failure = posix_fallocate(fd, static_cast<off_t>(offset), static_cast<off_t>(bytes));
  } while (failure == EINTR);
  ::close(fd);
  const bool is_full = failure == ENOSPC || failure == EFBIG || failure == EDQUOT;
  return is_full ? Reserved::kNoRoom : Reserved::kYes;
}

}  // namespace

void hold_descriptors() noexcept {
  descriptors.lock();
}
void release_descriptors() noexcept {
  descriptors.unlock();
}

bool lock_description(int fd) noexcept {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

bool populate_pages(std::byte* address, std::size_t bytes, const char* path,
                    std::uint64_t file_offset) noexcept {
  const Reserved reserved = reserve_blocks(path, file_offset, bytes);
  if (reserved == Reserved::kNoRoom) return false;
  int done;
  do {
    done = madvise(address, bytes, MADV_POPULATE_WRITE);
  } while (done != 0 && (errno == EINTR || errno == EAGAIN));
  if (done == 0) return true;
  // An older kernel: the blocks were reserved above, so touching them is safe.
  if (errno != EINVAL || reserved == Reserved::kNotAsked) return false;
  for (std::size_t at = 0; at < bytes; at += 4096) {
    volatile std::byte& page = address[at];
    page = page;
  }
  return true;
}

void* map_wiped_on_fork(std::size_t bytes) noexcept {
  void* const pages =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return nullptr;
  if (madvise(pages, bytes, MADV_WIPEONFORK) != 0) {
    munmap(pages, bytes);
    return nullptr;
  }
  return pages;
}

}  // namespace nanospan::region

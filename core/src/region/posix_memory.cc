#include "region/posix_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14
#endif

namespace nanospan::region {

bool lock_description(int fd) noexcept {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

bool populate_pages(std::byte* address, std::size_t bytes, const char* path,
                    std::uint64_t file_offset) noexcept {
  // Reserves blocks where writing a page would allocate them later (disks); on tmpfs it does the
  // allocation. A file that somebody removed can't be opened: then populating alone must do.
  const int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd >= 0) {
    int failure;
    do {
      failure = posix_fallocate(fd, static_cast<off_t>(file_offset), static_cast<off_t>(bytes));
    } while (failure == EINTR);
    ::close(fd);
    if (failure == ENOSPC || failure == EFBIG || failure == EDQUOT) return false;
  }
  int done;
  do {
    done = madvise(address, bytes, MADV_POPULATE_WRITE);
  } while (done != 0 && (errno == EINTR || errno == EAGAIN));
  if (done == 0) return true;
  // An older kernel: the blocks were reserved above, so touching them is safe.
  if (errno != EINVAL || fd < 0) return false;
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

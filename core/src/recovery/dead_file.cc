#include "recovery/dead_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/sentence.h"

namespace nanospan::recovery {
namespace {

// A FIFO does not keep us waiting, a link is not followed, a child does not inherit it.
constexpr int kFlags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
constexpr std::uint64_t kStatBlockBytes = 512;

bool is_ours(const struct stat& info) noexcept {
  return S_ISREG(info.st_mode) && info.st_uid == geteuid() && info.st_nlink != 0;
}

}  // namespace

Result<DeadFile> DeadFile::find(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0)
    return base::failure("It can't be looked at (%s).", std::strerror(errno));
  if (!is_ours(info)) return base::failure("It is not a regular file of this user; remove it.");
  DeadFile file;
  file.path = path;
  file.device = info.st_dev;
  file.inode = info.st_ino;
  file.bytes = static_cast<std::uint64_t>(info.st_size);
  file.allocated_bytes = static_cast<std::uint64_t>(info.st_blocks) * kStatBlockBytes;
  return file;
}

int DeadFile::open(int flags) const noexcept {
  const int fd = ::open(path.c_str(), flags | kFlags);
  if (fd < 0) return -1;
  struct stat info {};
  if (fstat(fd, &info) == 0 && is_ours(info) && info.st_dev == device && info.st_ino == inode)
    return fd;
  close(fd);
  return -1;
}

bool read_at(int fd, void* bytes, std::size_t count, std::uint64_t offset) noexcept {
  auto* out = static_cast<char*>(bytes);
  while (count != 0) {
    const ssize_t got = pread(fd, out, count, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out += got;
    offset += static_cast<std::uint64_t>(got);
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_at(int fd, const void* bytes, std::size_t count, std::uint64_t offset) noexcept {
  const auto* in = static_cast<const char*>(bytes);
  while (count != 0) {
    const ssize_t put = pwrite(fd, in, count, static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    in += put;
    offset += static_cast<std::uint64_t>(put);
    count -= static_cast<std::size_t>(put);
  }
  return true;
}

}  // namespace nanospan::recovery

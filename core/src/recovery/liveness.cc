#include "recovery/liveness.h"

#include <fcntl.h>
#include <unistd.h>

namespace nanospan::recovery {
namespace {

constexpr off_t kRecoveryLockBytes = 1;

struct flock write_lock(off_t bytes) noexcept {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_len = bytes;
  return lock;
}

}  // namespace

Liveness liveness_of(int fd) noexcept {
  struct flock probe = write_lock(0);
  if (fcntl(fd, F_OFD_GETLK, &probe) != 0 || probe.l_type == F_UNLCK) return Liveness::kGone;
  return probe.l_len == kRecoveryLockBytes ? Liveness::kBeingRecovered : Liveness::kAlive;
}

Liveness liveness_of(const std::string& path) noexcept {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Liveness::kGone;
  const Liveness found = liveness_of(fd);
  close(fd);
  return found;
}

bool lock_for_recovery(int fd) noexcept {
  struct flock lock = write_lock(kRecoveryLockBytes);
  return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

}  // namespace nanospan::recovery

#include "recovery/private_copy.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstring>
#include <utility>

#include "base/sentence.h"

namespace nanospan::recovery {
namespace {

Status too_large(std::uint64_t bytes_max) {
  return base::failure("It holds more than the %" PRIu64
                       " MiB that are recovered at a start; nanospan export reads it.",
                       bytes_max >> 20);
}

}  // namespace

PrivateCopy::PrivateCopy(PrivateCopy&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)),
      bytes_(other.bytes_),
      bytes_max_(other.bytes_max_),
      next_(other.next_),
      data_end_(other.data_end_),
      copied_bytes_(other.copied_bytes_) {}

PrivateCopy& PrivateCopy::operator=(PrivateCopy&& other) noexcept {
  std::swap(base_, other.base_);
  std::swap(bytes_, other.bytes_);
  bytes_max_ = other.bytes_max_;
  next_ = other.next_;
  data_end_ = other.data_end_;
  copied_bytes_ = other.copied_bytes_;
  return *this;
}

PrivateCopy::~PrivateCopy() {
  if (base_ != nullptr) munmap(base_, bytes_);
}

Result<PrivateCopy> PrivateCopy::begin(const DeadFile& file, std::uint64_t bytes_max) {
  if (file.bytes > kAddressBytesMax || file.allocated_bytes > bytes_max)
    return too_large(bytes_max);
  void* const memory = mmap(nullptr, file.bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return base::failure("There is no memory to read it (%s); the next start tries again.",
                         std::strerror(errno));
  // A huge page for each small piece would cost many times what is copied.
  (void)madvise(memory, file.bytes, MADV_NOHUGEPAGE);
  PrivateCopy copy;
  copy.base_ = static_cast<std::byte*>(memory);
  copy.bytes_ = file.bytes;
  copy.bytes_max_ = bytes_max;
  return copy;
}

Result<bool> PrivateCopy::step(const DeadFile& file) {
  if (next_ >= bytes_) return true;
  const int fd = file.open(O_RDONLY);
  if (fd < 0) return base::failure("It went away while it was read.");
  if (next_ >= data_end_) {
    const off_t data = lseek(fd, static_cast<off_t>(next_), SEEK_DATA);
    const bool is_at_end = data < 0 && errno == ENXIO;
    const off_t hole = data < 0 ? -1 : lseek(fd, data, SEEK_HOLE);
    // A file system that knows no holes has data everywhere.
    next_ = is_at_end ? bytes_ : data < 0 ? next_ : static_cast<std::uint64_t>(data);
    data_end_ =
        hole < 0 ? bytes_ : std::min<std::uint64_t>(bytes_, static_cast<std::uint64_t>(hole));
  }
  bool is_read = true;
  if (next_ < bytes_) {
    const std::uint64_t piece = std::min(kStepBytes, data_end_ - next_);
    is_read = read_at(fd, base_ + next_, piece, next_);
    next_ += piece;
    copied_bytes_ += piece;
  }
  close(fd);
  if (!is_read) return base::failure("It can't be read, or was cut short while it was read.");
  if (copied_bytes_ > bytes_max_) return too_large(bytes_max_);
  return next_ >= bytes_;
}

}  // namespace nanospan::recovery

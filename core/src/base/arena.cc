#include "base/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace nanospan::base {
namespace {

constexpr std::size_t rounded(std::size_t bytes) noexcept {
  return (bytes + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) *
         alignof(std::max_align_t);
}

}  // namespace

void* Arena::take(std::size_t bytes) noexcept {
  bytes = rounded(bytes);
  if (bytes > static_cast<std::size_t>(end_ - next_)) {
    const std::size_t chunk = std::max(bytes, chunk_bytes_);
    void* const mapped =
        mmap(nullptr, chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return nullptr;
    next_ = static_cast<std::byte*>(mapped);
    end_ = next_ + chunk;
  }
  void* const taken = next_;
  next_ += bytes;
  return taken;
}

void Arena::give_back(void* taken, std::size_t bytes) noexcept {
  bytes = rounded(bytes);
  if (static_cast<std::byte*>(taken) + bytes != next_) return;
  next_ -= bytes;
  std::memset(taken, 0, bytes);
}

}  // namespace nanospan::base

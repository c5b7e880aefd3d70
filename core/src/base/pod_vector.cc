#include "base/pod_vector.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace nanospan::base {

void PodBlock::make_room(std::size_t count, std::size_t element_bytes) {
  if (count <= capacity_) return;
  const std::size_t capacity = std::max(count, 2 * capacity_);
  void* const larger = ::operator new(capacity* element_bytes);
  if (size_ != 0) std::memcpy(larger, data_, size_ * element_bytes);
  ::operator delete(std::exchange(data_, larger));
  capacity_ = capacity;
}

void PodBlock::copy(const PodBlock& other, std::size_t element_bytes) {
  make_room(other.size_, element_bytes);
  size_ = other.size_;
  if (size_ != 0) std::memcpy(data_, other.data_, size_ * element_bytes);
}

void PodBlock::take_out(std::size_t first, std::size_t last, std::size_t element_bytes) noexcept {
  auto* const bytes = static_cast<std::byte*>(data_);
  std::memmove(bytes + first * element_bytes, bytes + last * element_bytes,
               (size_ - last) * element_bytes);
  size_ -= last - first;
}

}  // namespace nanospan::base

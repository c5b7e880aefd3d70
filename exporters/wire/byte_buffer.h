// ByteBuffer: bytes that grow at the end, without zeroing them and without a check per byte.
//
// Why not std::string: its resize() clears what is written a moment later.
// Threads: none. Memory: doubles when full and is never given back, so that in steady state nothing
// is allocated. Invariants: kSlack bytes can be read and written behind the end, so that short
// pieces are copied in whole blocks.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include "nanospan/detail/compiler.h"

namespace nanospan::wire {

class ByteBuffer {
 public:
  static constexpr std::size_t kSlack = 32;

  // Where to write `bytes` more; what is written counts after commit().
  char* ensure(std::size_t bytes) {
    if (capacity_ - size_ < bytes + kSlack) grow(bytes + kSlack);
    return data_.get() + size_;
  }
  // `end`: behind the last byte written into what ensure() gave.
  void commit(const char* end) noexcept { size_ = static_cast<std::size_t>(end - data_.get()); }

  void append(char byte) {
    char* const at = ensure(1);
    *at = byte;
    commit(at + 1);
  }
  void append(std::string_view text) {
    char* const at = ensure(text.size());
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    commit(at + text.size());
  }

  void clear() noexcept { size_ = 0; }
  void truncate(std::size_t size) noexcept { size_ = size; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] char* data() noexcept { return data_.get(); }
  [[nodiscard]] const char* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::string_view view() const noexcept { return {data_.get(), size_}; }

 private:
  NANOSPAN_COLD void grow(std::size_t bytes) {
    std::size_t capacity = capacity_ == 0 ? 256 : capacity_ * 2;
    while (capacity - size_ < bytes) capacity *= 2;
    std::unique_ptr<char[]> data(new char[capacity]);
    if (size_ != 0) std::memcpy(data.get(), data_.get(), size_);
    data_ = std::move(data);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// Copies `bytes` in blocks of 32, and up to 31 bytes beyond on both sides: both are ByteBuffers.
NANOSPAN_INLINE char* copy_blocks(char* to, const char* from, std::size_t bytes) noexcept {
  static_assert(ByteBuffer::kSlack >= 32);
  for (std::size_t at = 0; at < bytes; at += 32) std::memcpy(to + at, from + at, 32);
  return to + bytes;
}

}  // namespace nanospan::wire

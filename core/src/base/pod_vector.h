// PodVector: of std::vector what rows of trivially copyable elements need, with one function that
// grows rows of any type: std::vector brings its own for each.
//
// Threads: none. Errors: std::bad_alloc, and then nothing has changed.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>

namespace nanospan::base {

class PodBlock {
 public:
  PodBlock() noexcept = default;
  PodBlock(const PodBlock&) = delete;
  PodBlock& operator=(const PodBlock&) = delete;
  ~PodBlock() { ::operator delete(data_); }

 protected:
  // Room for `count` elements; twice as much as before, if it grows at all.
  void make_room(std::size_t count, std::size_t element_bytes);
  void copy(const PodBlock& other, std::size_t element_bytes);
  void take_out(std::size_t first, std::size_t last, std::size_t element_bytes) noexcept;

  void* data_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
};

template <typename T>
class PodVector : private PodBlock {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= alignof(std::max_align_t));

 public:
  PodVector() noexcept = default;
  PodVector(const PodVector& other) { copy(other, sizeof(T)); }
  PodVector& operator=(const PodVector& other) {
    if (this != &other) copy(other, sizeof(T));
    return *this;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] T* data() noexcept { return static_cast<T*>(data_); }
  [[nodiscard]] const T* data() const noexcept { return static_cast<const T*>(data_); }
  [[nodiscard]] T* begin() noexcept { return data(); }
  [[nodiscard]] T* end() noexcept { return data() + size_; }
  [[nodiscard]] const T* begin() const noexcept { return data(); }
  [[nodiscard]] const T* end() const noexcept { return data() + size_; }
  [[nodiscard]] T& operator[](std::size_t index) noexcept { return data()[index]; }
  [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return data()[index]; }
  [[nodiscard]] T& front() noexcept { return data()[0]; }
  [[nodiscard]] T& back() noexcept { return data()[size_ - 1]; }
  [[nodiscard]] const T& back() const noexcept { return data()[size_ - 1]; }

  void push_back(T element) {  // a copy: it may be one of ours
    make_room(size_ + 1, sizeof(T));
    new (data() + size_++) T(element);
  }
  void reserve(std::size_t count) { make_room(count, sizeof(T)); }
  void resize(std::size_t count) {
    make_room(count, sizeof(T));
    for (std::size_t i = size_; i < count; ++i) new (data() + i) T();
    size_ = count;
  }
  void pop_back() noexcept { --size_; }
  void clear() noexcept { size_ = 0; }
  void erase(std::size_t first, std::size_t last) noexcept { take_out(first, last, sizeof(T)); }
};

}  // namespace nanospan::base

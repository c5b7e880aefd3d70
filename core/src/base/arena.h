// Arena: memory straight from the kernel, for what a signal handler may be the first to need.
//
// malloc is not to be called there: the interrupted thread may be inside it. What is taken stays
// taken for the life of the process; only the newest piece can be given back.
// Threads: none; its owner's lock. Errors: nullptr, or std::bad_alloc through the allocator.
#pragma once

#include <cstddef>
#include <new>

namespace nanospan::base {

class Arena {
 public:
  // Asks the kernel for so much at a time, or for one larger piece.
  constexpr explicit Arena(std::size_t chunk_bytes = std::size_t{64} << 10) noexcept
      : chunk_bytes_(chunk_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Aligned for anything ordinary, zeroed. nullptr: the kernel has none.
  [[nodiscard]] void* take(std::size_t bytes) noexcept;
  // Of the size it was taken with. Reused if nothing was taken since.
  void give_back(void* taken, std::size_t bytes) noexcept;

 private:
  std::size_t chunk_bytes_;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
};

// For containers of the standard library.
template <typename T>
class ArenaAllocator {
 public:
  using value_type = T;

  explicit ArenaAllocator(Arena& arena) noexcept : arena_(&arena) {}
  template <typename U>
  ArenaAllocator(const ArenaAllocator<U>& other) noexcept : arena_(other.arena()) {}

  [[nodiscard]] T* allocate(std::size_t count) {
    if (void* const taken = arena_->take(count * sizeof(T))) return static_cast<T*>(taken);
    throw std::bad_alloc();
  }
  void deallocate(T* taken, std::size_t count) noexcept {
    arena_->give_back(taken, count * sizeof(T));
  }
  [[nodiscard]] Arena* arena() const noexcept { return arena_; }

 private:
  Arena* arena_;
};

template <typename T, typename U>
bool operator==(const ArenaAllocator<T>& a, const ArenaAllocator<U>& b) noexcept {
  return a.arena() == b.arena();
}

}  // namespace nanospan::base

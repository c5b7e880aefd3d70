// What an arena hands out: apart, aligned, zeroed, and its own again when it was the newest.
#include "base/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <numeric>

namespace nanospan::base {
namespace {

TEST(Arena, GivesZeroedAlignedPiecesThatDoNotOverlap) {
  Arena arena;
  std::byte* before = nullptr;
  for (std::size_t bytes = 1; bytes < 300'000; bytes = bytes * 3 + 1) {
    auto* const taken = static_cast<std::byte*>(arena.take(bytes));
    ASSERT_NE(taken, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(taken) % alignof(std::max_align_t), 0u);
    for (std::size_t i = 0; i < bytes; ++i) ASSERT_EQ(taken[i], std::byte{0}) << i;
    std::memset(taken, 0xff, bytes);
    if (before != nullptr) {
      EXPECT_EQ(*before, std::byte{0xff});
    }
    before = taken;
  }
}

TEST(Arena, TakesTheNewestPieceBackAndHandsItOutZeroed) {
  Arena arena;
  void* const first = arena.take(40);
  void* const second = arena.take(100);
  std::memset(second, 0xff, 100);
  arena.give_back(first, 40);  // not the newest: stays
  arena.give_back(second, 100);
  auto* const again = static_cast<std::byte*>(arena.take(100));
  EXPECT_EQ(again, second);
  for (std::size_t i = 0; i < 100; ++i) ASSERT_EQ(again[i], std::byte{0});
}

TEST(Arena, SaysWhenTheKernelHasNoMemory) {
  Arena arena;
  EXPECT_EQ(arena.take(std::size_t{1} << 62), nullptr);
  EXPECT_THROW((void)ArenaAllocator<char>(arena).allocate(std::size_t{1} << 62), std::bad_alloc);
  EXPECT_NE(arena.take(8), nullptr);
}

TEST(Arena, ServesAContainer) {
  Arena arena;
  using Pair = std::pair<const int, int>;
  std::map<int, int, std::less<>, ArenaAllocator<Pair>> squares{ArenaAllocator<Pair>(arena)};
  for (int i = 0; i < 10'000; ++i) squares.emplace(i, i * i);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(squares.at(i), i * i);
}

}  // namespace
}  // namespace nanospan::base

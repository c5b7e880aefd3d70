// SlotTable: a hash index over rows that somebody else keeps; open addressing, 4 bytes a slot.
//
// The rows' owner says what is equal, so that a row is stored once and no key twice.
// Threads: none. Memory: 5 to 11 bytes a row. Limits: 2^32 - 2 rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace nanospan::tools::analysis {

// Finalizer of MurmurHash3: input that counts up must not fill neighbouring slots. Not a defence
// against keys made to collide; those cost time, never correctness.
[[nodiscard]] constexpr std::uint64_t mix_bits(std::uint64_t bits) noexcept {
  bits = (bits ^ (bits >> 33)) * 0xff51afd7ed558ccdU;
  bits = (bits ^ (bits >> 33)) * 0xc4ceb9fe1a85ec53U;
  return bits ^ (bits >> 33);
}

class SlotTable {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  // The row for which `is_equal(row)`, or kNone.
  template <typename IsEqual>
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, IsEqual&& is_equal) const {
    if (slots_.empty()) return kNone;
    for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
      if (slots_[at] == kNone || is_equal(slots_[at])) return slots_[at];
    }
  }
  // Of a row that find() did not find. `hash_of(row)` is asked when the table grows.
  template <typename HashOf>
  void insert(std::uint32_t row, HashOf&& hash_of) {
    if (must_grow()) grow(hash_of);
    place(row, hash_of(row));
    ++rows_;
  }
  // What the next insert() allocates: nothing, mostly.
  [[nodiscard]] std::size_t growth_bytes() const noexcept {
    return must_grow() ? next_size() * sizeof(std::uint32_t) : 0;
  }
  [[nodiscard]] std::size_t memory_bytes() const noexcept {
    return slots_.size() * sizeof(std::uint32_t);
  }

 private:
  static constexpr std::size_t kFirstSize = 64;

  [[nodiscard]] std::size_t mask() const noexcept { return slots_.size() - 1; }
  [[nodiscard]] std::size_t next_size() const noexcept {
    return slots_.empty() ? kFirstSize : slots_.size() * 2;
  }
  // At most three quarters full.
  [[nodiscard]] bool must_grow() const noexcept { return (rows_ + 1) * 4 > slots_.size() * 3; }
  void place(std::uint32_t row, std::uint64_t hash) {
    std::size_t at = hash & mask();
    while (slots_[at] != kNone) at = (at + 1) & mask();
    slots_[at] = row;
  }
  template <typename HashOf>
  void grow(HashOf&& hash_of) {
    std::vector<std::uint32_t> old(next_size(), kNone);
    old.swap(slots_);
    for (const std::uint32_t row : old) {
      if (row != kNone) place(row, hash_of(row));
    }
  }

  std::vector<std::uint32_t> slots_;
  std::size_t rows_ = 0;
};

}  // namespace nanospan::tools::analysis

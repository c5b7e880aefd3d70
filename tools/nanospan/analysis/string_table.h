// StringTable: each text once, by number.
//
// Threads: none. Memory: the texts, in pieces of kPieceBytes, and about 20 bytes each. Texts beyond
// kTextBytesMax are cut (at a whole UTF-8 character).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "analysis/slot_table.h"

namespace nanospan::tools::analysis {

enum class StringId : std::uint32_t {};
inline constexpr StringId kEmptyString{0};

class StringTable {
 public:
  static constexpr std::size_t kTextBytesMax = 1024;
  static constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

  StringTable();
  [[nodiscard]] StringId intern(std::string_view text);
  [[nodiscard]] std::string_view text(StringId id) const {
    return texts_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] std::size_t size() const noexcept { return texts_.size(); }
  // What the next intern() allocates, at most.
  [[nodiscard]] std::size_t growth_bytes() const noexcept;
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  [[nodiscard]] std::uint64_t hash_of(std::uint32_t row) const;
  std::string_view keep(std::string_view text);

  std::vector<std::unique_ptr<char[]>> pieces_;
  std::size_t piece_left_ = 0;
  std::vector<std::string_view> texts_;
  SlotTable index_;
};

}  // namespace nanospan::tools::analysis

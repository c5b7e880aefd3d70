#include "analysis/string_table.h"

#include <cstring>
#include <functional>

namespace nanospan::tools::analysis {
namespace {

std::string_view cut(std::string_view text) {
  if (text.size() <= StringTable::kTextBytesMax) return text;
  std::size_t end = StringTable::kTextBytesMax;
  // Back to the first byte of a character; what is no UTF-8 is cut where it is.
  for (unsigned back = 0; back < 4; ++back) {
    if ((static_cast<unsigned char>(text[end - back]) & 0xc0) != 0x80) {
      end -= back;
      break;
    }
  }
  return text.substr(0, end);
}

std::uint64_t hash_text(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

}  // namespace

StringTable::StringTable() {
  (void)intern({});
}

StringId StringTable::intern(std::string_view text) {
  text = cut(text);
  const std::uint32_t found =
      index_.find(hash_text(text), [&](std::uint32_t row) { return texts_[row] == text; });
  if (found != SlotTable::kNone) return StringId{found};
  const auto row = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back(keep(text));
  index_.insert(row, [this](std::uint32_t at) { return hash_of(at); });
  return StringId{row};
}

std::uint64_t StringTable::hash_of(std::uint32_t row) const {
  return hash_text(texts_[row]);
}

std::string_view StringTable::keep(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > piece_left_) {
    pieces_.push_back(std::make_unique<char[]>(kPieceBytes));
    piece_left_ = kPieceBytes;
  }
  char* const at = pieces_.back().get() + (kPieceBytes - piece_left_);
  std::memcpy(at, text.data(), text.size());
  piece_left_ -= text.size();
  return {at, text.size()};
}

std::size_t StringTable::growth_bytes() const noexcept {
  const std::size_t piece = piece_left_ < kTextBytesMax ? kPieceBytes : 0;
  const bool is_row_free = texts_.size() < texts_.capacity();
  const std::size_t rows = is_row_free ? 0 : (texts_.capacity() * 2 + 1) * sizeof(std::string_view);
  return piece + rows + index_.growth_bytes();
}

std::size_t StringTable::memory_bytes() const noexcept {
  return pieces_.size() * kPieceBytes + texts_.capacity() * sizeof(std::string_view) +
         index_.memory_bytes();
}

}  // namespace nanospan::tools::analysis

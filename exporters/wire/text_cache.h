// TextCache: the encoded form of definitions' texts, by definition id: keys, literals, event names.
//
// Threads: none. Memory: as large as the texts of one region; beyond kBytesMax a text is encoded
// each time. Invariants: an entry counts only for the very bytes it was made of, so that an id
// whose definition comes later does not stay what it was before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "wire/byte_buffer.h"

namespace nanospan::wire {

class TextCache {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{16} << 20;
  static constexpr std::uint32_t kIdsMax = 1u << 20;

  void clear() noexcept {
    entries_.clear();
    encoded_.clear();
  }

  // Appends `text`, definition `id`, to what `format` writes to.
  template <typename Format>
  void write(Format& format, std::string_view text, std::uint32_t id) {
    if (id != 0 && id < entries_.size() && entries_[id].source == text.data()) [[likely]] {
      copy(format.out(), entries_[id]);
      return;
    }
    write_new(format, text, id);
  }

 private:
  struct Entry {
    const char* source = nullptr;
    std::uint32_t first = 0;
    std::uint32_t bytes = 0;
  };

  void copy(ByteBuffer& out, const Entry& entry) {
    char* const at = out.ensure(entry.bytes);
    out.commit(copy_blocks(at, encoded_.data() + entry.first, entry.bytes));
  }

  template <typename Format>
  NANOSPAN_COLD void write_new(Format& format, std::string_view text, std::uint32_t id) {
    if (id == 0 || id >= kIdsMax || encoded_.size() > kBytesMax) return format.string(text);
    ByteBuffer& out = format.out();
    const std::size_t first = encoded_.size();
    format.redirect(encoded_);
    format.string(text);
    format.redirect(out);
    if (id >= entries_.size()) entries_.resize(id + 1);
    entries_[id] = {text.data(), static_cast<std::uint32_t>(first),
                    static_cast<std::uint32_t>(encoded_.size() - first)};
    copy(out, entries_[id]);
  }

  std::vector<Entry> entries_;
  ByteBuffer encoded_;
};

}  // namespace nanospan::wire

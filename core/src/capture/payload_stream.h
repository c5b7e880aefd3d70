// The payload of an open slot as one stream of words: 24 in the slot, the rest in chained pages.
//
// Threads: the slot's writer alone. Memory: pages of the region, taken as the stream grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "capture/runtime.h"
#include "nanospan/detail/layout.h"
#include "nanospan/detail/payload.h"
#include "nanospan/detail/publish.h"

namespace nanospan::capture {

// Words in order from `first`; follows the chain of pages.
class PayloadReader {
 public:
  PayloadReader(region::Region& region, detail::OpenSlot& slot, std::size_t first = 0) noexcept;
  [[nodiscard]] std::uint64_t next() noexcept { return detail::load(*next_word()); }
  [[nodiscard]] detail::Word* next_word() noexcept;
  void skip(std::size_t words) noexcept;

 private:
  region::Region& region_;
  detail::OpenSlot& slot_;
  std::size_t at_ = 0;
  detail::Word* page_ = nullptr;  // once at_ is past the slot's own words
};

// Appends one element. begin() secures the room, commit() makes it visible, whole.
class PayloadAppender {
 public:
  PayloadAppender(Runtime& runtime, detail::OpenSlot& slot) noexcept;
  // False: the record would exceed `words_max`, or no page is left.
  [[nodiscard]] bool begin(std::size_t words, std::size_t words_max) noexcept;
  void put(std::uint64_t word) noexcept;
  void put_text(std::string_view text) noexcept;
  // `counts`: fields of open_w7 to add (attributes, events, links).
  void commit(std::uint64_t counts) noexcept;

 private:
  Runtime& runtime_;
  detail::OpenSlot& slot_;
  std::uint64_t commit_;
  std::size_t at_;
  std::size_t end_ = 0;
  detail::Word* page_ = nullptr;
};

void free_pages(Runtime& runtime, detail::OpenSlot& slot) noexcept;

}  // namespace nanospan::capture

#include "capture/payload_stream.h"

#include <cstring>

namespace nanospan::capture {

using detail::kOpenHeaderWords;
using detail::kOpenPayloadWords;
using detail::load;
using detail::store;
namespace open_w7 = detail::open_w7;

namespace {

// The page that holds word `at` of the stream, from the head of the chain.
detail::Word* find_page(region::Region& region, std::uint64_t head, std::size_t at) noexcept {
  detail::Word* page = region.page(static_cast<std::uint32_t>(head));
  for (std::size_t hops = (at - kOpenPayloadWords) / format::kOverflowWords; hops != 0; --hops)
    page = region.page(static_cast<std::uint32_t>(load(*page)));
  return page;
}

detail::Word* page_word(detail::Word* page, std::size_t at) noexcept {
  return page + 1 + (at - kOpenPayloadWords) % format::kOverflowWords;
}

bool begins_page(std::size_t at) noexcept {
  return at >= kOpenPayloadWords && (at - kOpenPayloadWords) % format::kOverflowWords == 0;
}

}  // namespace

PayloadReader::PayloadReader(region::Region& region, detail::OpenSlot& slot,
                             std::size_t first) noexcept
    : region_(region), slot_(slot) {
  skip(first);
}

void PayloadReader::skip(std::size_t words) noexcept {
  at_ += words;
  page_ = nullptr;
}

detail::Word* PayloadReader::next_word() noexcept {
  if (at_ < kOpenPayloadWords) return &slot_.w[kOpenHeaderWords + at_++];
  if (page_ == nullptr)
    page_ = find_page(region_, open_w7::kOverflow.get(load(slot_.w[7])), at_);
  else if (begins_page(at_))
    page_ = region_.page(static_cast<std::uint32_t>(load(*page_)));
  return page_word(page_, at_++);
}

PayloadAppender::PayloadAppender(Runtime& runtime, detail::OpenSlot& slot) noexcept
    : runtime_(runtime), slot_(slot), commit_(load(slot.w[7])), at_(open_w7::kWords.get(commit_)) {}

bool PayloadAppender::begin(std::size_t words, std::size_t words_max) noexcept {
  end_ = at_ + words;
  if (end_ > words_max || end_ > open_w7::kWords.max()) return false;
  std::size_t have = kOpenPayloadWords;
  detail::Word* last = nullptr;
  region::Region& region = *runtime_.region;
  for (std::uint64_t next = open_w7::kOverflow.get(commit_); next != 0; next = load(*last)) {
    last = region.page(static_cast<std::uint32_t>(next));
    have += format::kOverflowWords;
  }
  for (; have < end_; have += format::kOverflowWords) {
    const std::uint32_t page = region.take_page();
    if (page == 0) return false;  // pages taken so far stay in the chain and are freed with it
    if (last == nullptr) {
      commit_ |= open_w7::kOverflow.put(page);
      store(slot_.w[7], commit_);
    } else {
      store(*last, page);
    }
    last = region.page(page);
  }
  return true;
}

void PayloadAppender::put(std::uint64_t word) noexcept {
  if (at_ < kOpenPayloadWords) {
    store(slot_.w[kOpenHeaderWords + at_++], word);
    return;
  }
  if (page_ == nullptr || begins_page(at_))
    page_ = find_page(*runtime_.region, open_w7::kOverflow.get(commit_), at_);
  store(*page_word(page_, at_++), word);
}

void PayloadAppender::put_text(std::string_view text) noexcept {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    put(word);
  }
  if (at < text.size()) put(detail::load_tail(text.data() + at, text.size() - at));
}

void PayloadAppender::commit(std::uint64_t counts) noexcept {
  const std::uint64_t words = open_w7::kWords.put(~0ull);
  commit_ = ((commit_ & ~words) | open_w7::kWords.put(at_)) + counts;
  // Pairs with a reader's acquire load of word 7: the words that it counts are there.
  detail::publish(slot_.w[7], commit_);
}

void free_pages(Runtime& runtime, detail::OpenSlot& slot) noexcept {
  const std::uint64_t head = open_w7::kOverflow.get(load(slot.w[7]));
  if (head == 0) return;
  store(slot.w[7], 0);
  runtime.region->give_page(static_cast<std::uint32_t>(head));
}

}  // namespace nanospan::capture

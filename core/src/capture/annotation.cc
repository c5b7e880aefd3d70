#include "capture/annotation.h"

#include <algorithm>
#include <cstring>

#include "base/utf8.h"
#include "capture/compact_payload.h"
#include "capture/thread.h"
#include "capture/value_text.h"

namespace nanospan::capture {
namespace {

using detail::ElementType;
using detail::load;
using detail::store;
using detail::TextRef;
namespace open_w7 = detail::open_w7;

// Room behind the last ordinary element for what must always fit: dropped counts, an end time, a
// long duration; and for a name and a status text, each of them as much.
constexpr std::size_t kReservedWords = 6;
constexpr std::size_t kTextWordsMax = 129;  // 1 KiB
constexpr std::size_t kTextShare = 20;      // of a small record

}  // namespace

Annotation::Annotation(const detail::SpanTarget& target, Purpose purpose) noexcept {
  if (target.slot == nullptr) return;
  runtime_ = current();
  if (runtime_ == nullptr) return;
  const bool detached = target.detached != nullptr;
  if (detached && target.detached->epoch != runtime_->epoch) return;
  lane_ = detached ? attach_lane(*runtime_) : detail::tls_lane;
  if (lane_ != nullptr) {
    if (!has_lane(*lane_) || lane_->epoch != runtime_->epoch) return;
    if (!detached && (target.slot <= lane_->base || target.slot > lane_->top)) return;
  }
  if (lane_ == nullptr || is_busy(*lane_)) {
    if (purpose == Purpose::kChange) count_loss(target);
    return;
  }
  busy_.emplace(*lane_);
  lock_.emplace(target.detached);
  if (detached && load(target.detached->generation) != target.generation) return;
  slot_ = target.slot;
}

// The span's own lock can't be had here, so its word 0 says whether it is open still.
NANOSPAN_COLD void Annotation::count_loss(const detail::SpanTarget& target) const noexcept {
  const std::uint64_t w0 = load(target.slot->w[0]);
  const bool open = target.detached != nullptr ? w0 == (target.generation << 1 | 1)
                                               : detail::open_w0::kLive.get(w0) != 0;
  if (!open) return;
  format::RegionHeader& header = runtime_->region->header();
  const bool interrupts = lane_ != nullptr || holds_lock;
  (interrupts ? header.annotations_lost_busy : header.annotations_lost_no_lane)
      .fetch_add(1, std::memory_order_relaxed);
}

Annotation::Room Annotation::room() const noexcept {
  const std::size_t record_words = runtime_->limits.record_bytes / 8;
  const auto ring_slots = static_cast<std::size_t>(lane_->ring_end - lane_->ring);
  const std::size_t quarter = (ring_slots / 4 - 1) * detail::kPayloadWordsPerSlot;
  const std::size_t record = std::min({record_words, quarter, std::size_t{8000}});
  const std::size_t text = std::min(record / kTextShare, kTextWordsMax);
  return {record - kReservedWords - 2 * text, text, record - kReservedWords + 2, record - 2};
}

bool Annotation::append(const Element& element, std::uint64_t counts,
                        std::size_t words_max) noexcept {
  const std::uint64_t header = detail::element_header(
      element.type, element.key.id, element.key.text.size(), element.value.size());
  PayloadAppender appender(*runtime_, *slot_);
  if (!appender.begin(detail::element_words(header), words_max)) return false;
  appender.put(header);
  for (std::size_t i = 0; i < detail::fixed_words(element.type); ++i)
    appender.put(element.fixed[i]);
  appender.put_text(element.key.text);
  appender.put_text(element.value);
  appender.commit(counts);
  return true;
}

NANOSPAN_COLD void Annotation::drop(detail::Field what) noexcept {
  store(lane_->counters->clipped, ++lane_->clipped);
  const std::size_t words = open_w7::kWords.get(load(slot_->w[7]));
  PayloadReader reader(*runtime_->region, *slot_);
  std::size_t words_max = room().with_counts;
  for (std::size_t at = 0; at < words;) {
    const std::uint64_t header = reader.next();
    const std::size_t length = detail::element_words(header);
    at += length;
    if (detail::element::kType.get(header) != std::uint64_t(ElementType::kDropped)) {
      reader.skip(length - 1);
      continue;
    }
    detail::Word* const counts = reader.next_word();
    const std::uint64_t so_far = load(*counts);
    if (what.get(so_far) != what.max()) return store(*counts, so_far + what.put(1));
    words_max = room().ordinary;  // only the first has room reserved
  }
  PayloadAppender appender(*runtime_, *slot_);
  if (!appender.begin(2, words_max)) return;
  appender.put(detail::element_header(ElementType::kDropped, 0, 0, 0));
  appender.put(what.put(1));
  appender.commit(0);
}

bool Annotation::compact(ElementType replaced) noexcept {
  try {
    return compact_payload(*runtime_, *slot_, replaced);
  } catch (...) {  // no memory for it: what does not fit is dropped, as at any limit
    return false;
  }
}

// Is it below the limit of attributes, if need be without those that were replaced?
bool Annotation::has_room_for_key() noexcept {
  const auto has_room = [this] {
    return open_w7::kAttributes.get(load(slot_->w[7])) < runtime_->limits.attributes;
  };
  return has_room() || (compact() && has_room());
}

// Then a new value replaces the old one for whoever reads, and the number of keys stays.
NANOSPAN_COLD bool Annotation::has_key(TextRef key) noexcept {
  const std::size_t words = open_w7::kWords.get(load(slot_->w[7]));
  PayloadReader reader(*runtime_->region, *slot_);
  for (std::size_t at = 0; at < words;) {
    const std::uint64_t header = reader.next();
    const std::size_t length = detail::element_words(header);
    const auto type = static_cast<ElementType>(detail::element::kType.get(header));
    std::size_t read = 1;
    if (type < ElementType::kEvent) {
      const std::size_t key_bytes = detail::element::kKeyLength.get(header);
      if (key.id != 0 ? detail::element::kKey.get(header) == key.id
                      : key_bytes == key.text.size()) {
        if (key.id != 0) return true;
        for (; read <= detail::fixed_words(type); ++read) (void)reader.next();
        bool same = true;
        for (std::size_t byte = 0; byte < key_bytes; byte += 8, ++read) {
          const std::size_t bytes = std::min<std::size_t>(8, key_bytes - byte);
          std::uint64_t word = 0;
          std::memcpy(&word, key.text.data() + byte, bytes);
          same &= reader.next() == word;
        }
        if (same) return true;
      }
    }
    reader.skip(length - read);
    at += length;
  }
  return false;
}

void Annotation::add_attribute(TextRef key, const AttributeValue& value) noexcept {
  if (key.id == 0 && key.text.empty()) return drop(detail::dropped::kAttributes);
  key.text = cut_key(key.text);
  const bool full = !has_room_for_key();
  if (full && !has_key(key)) return drop(detail::dropped::kAttributes);
  Scratch memory;
  std::pmr::string scratch(&memory.memory);
  const ElementValue made = element_value(value, runtime_->limits.value_characters, scratch);
  if (made.cut) store(lane_->counters->clipped, ++lane_->clipped);
  Element element{made.type, key, {made.fixed}, made.bytes};
  const std::uint64_t counts = full ? 0 : open_w7::kAttributes.put(1);
  if (append(element, counts) || (compact() && append(element, counts))) return;
  // A text that does not fit is cut to what does.
  const std::size_t used = open_w7::kWords.get(load(slot_->w[7]));
  const std::size_t fixed = 1 + detail::words_of(key.text.size());
  if (made.type == ElementType::kString && used + fixed + 1 < words_max()) {
    element.value = base::truncate_utf8(made.bytes, (words_max() - used - fixed) * 8);
    store(lane_->counters->clipped, ++lane_->clipped);
    if (append(element, counts)) return;
  }
  drop(detail::dropped::kAttributes);
}

}  // namespace nanospan::capture

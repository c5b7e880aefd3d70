#include "capture/annotation.h"

#include <algorithm>
#include <array>
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
namespace open_w6 = detail::open_w6;
namespace open_w7 = detail::open_w7;
namespace span_flag = detail::span_flag;

// Room behind the last ordinary element for what must always fit: dropped counts, an end time.
constexpr std::size_t kReservedWords = 6;

// Memory for the values of one call: the stack, and the heap for what exceeds it.
struct Scratch {
  std::array<std::byte, 4096> buffer;
  std::pmr::monotonic_buffer_resource memory{buffer.data(), buffer.size()};
};

std::string_view cut_key(std::string_view key) noexcept {
  constexpr std::size_t kKeyBytesMax = 4096;
  return key.size() > kKeyBytesMax ? base::truncate_utf8(key, kKeyBytesMax) : key;
}

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
  if (detached && target.detached->generation != target.generation) return;
  slot_ = target.slot;
}

// The span's own lock can't be had here, so its word 0 says whether it is open still.
void Annotation::count_loss(const detail::SpanTarget& target) const noexcept {
  const std::uint64_t w0 = load(target.slot->w[0]);
  const bool open = target.detached != nullptr ? w0 == (target.generation << 1 | 1)
                                               : detail::open_w0::kLive.get(w0) != 0;
  if (!open) return;
  format::RegionHeader& header = runtime_->region->header();
  const bool interrupts = lane_ != nullptr || holds_lock;
  (interrupts ? header.annotations_lost_busy : header.annotations_lost_no_lane)
      .fetch_add(1, std::memory_order_relaxed);
}

std::size_t Annotation::words_max() const noexcept {
  const std::size_t record_words = runtime_->limits.record_bytes / 8;
  const auto ring_slots = static_cast<std::size_t>(lane_->ring_end - lane_->ring);
  const std::size_t quarter = (ring_slots / 4 - 1) * detail::kPayloadWordsPerSlot;
  return std::min({record_words, quarter, std::size_t{8000}}) - kReservedWords;
}

// Of the attributes of an event or a link: what its span has left, in one element.
ElementLimits Annotation::element_limits(std::uint32_t count_max,
                                         std::size_t name_bytes) const noexcept {
  constexpr std::size_t kHeadWordsMax = 1 + detail::fixed_words(ElementType::kLink);
  const std::size_t used =
      open_w7::kWords.get(load(slot_->w[7])) + kHeadWordsMax + detail::words_of(name_bytes);
  const std::size_t left = words_max() - std::min(used, words_max());
  return {count_max, runtime_->limits.value_characters,
          std::min(left * 8, detail::kElementBytesMax)};
}

bool Annotation::append(const Element& element, std::uint64_t counts) noexcept {
  const std::uint64_t header = detail::element_header(
      element.type, element.key.id, element.key.text.size(), element.value.size());
  PayloadAppender appender(*runtime_, *slot_);
  if (!appender.begin(detail::element_words(header), words_max())) return false;
  appender.put(header);
  for (std::size_t i = 0; i < detail::fixed_words(element.type); ++i)
    appender.put(element.fixed[i]);
  appender.put_text(element.key.text);
  appender.put_text(element.value);
  appender.commit(counts);
  return true;
}

void Annotation::drop(unsigned attributes, unsigned events, unsigned links) noexcept {
  store(lane_->counters->clipped, ++lane_->clipped);
  const std::uint64_t add = attributes | std::uint64_t{events} << 32 | std::uint64_t{links} << 48;
  const std::size_t words = open_w7::kWords.get(load(slot_->w[7]));
  PayloadReader reader(*runtime_->region, *slot_);
  for (std::size_t at = 0; at < words;) {
    const std::uint64_t header = reader.next();
    if (detail::element::kType.get(header) == std::uint64_t(ElementType::kDropped)) {
      detail::Word* const counts = reader.next_word();
      store(*counts, load(*counts) + add);
      return;
    }
    const std::size_t length = detail::element_words(header);
    reader.skip(length - 1);
    at += length;
  }
  PayloadAppender appender(*runtime_, *slot_);
  if (!appender.begin(2, words_max() + kReservedWords - 2)) return;
  appender.put(detail::element_header(ElementType::kDropped, 0, 0, 0));
  appender.put(add);
  appender.commit(0);
}

bool Annotation::compact() noexcept {
  try {
    return compact_payload(*runtime_, *slot_);
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
bool Annotation::has_key(TextRef key) noexcept {
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
  if (key.id == 0 && key.text.empty()) return drop(1, 0, 0);
  key.text = cut_key(key.text);
  const bool full = !has_room_for_key();
  if (full && !has_key(key)) return drop(1, 0, 0);
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
  drop(1, 0, 0);
}

void Annotation::add_literal(TextRef key, std::uint32_t literal) noexcept {
  if (key.id == 0 && key.text.empty()) return drop(1, 0, 0);
  key.text = cut_key(key.text);
  const bool full = !has_room_for_key();
  if (full && !has_key(key)) return drop(1, 0, 0);
  const Element element{ElementType::kLiteral, key, {literal}, {}};
  const std::uint64_t counts = full ? 0 : open_w7::kAttributes.put(1);
  if (!append(element, counts) && !(compact() && append(element, counts))) drop(1, 0, 0);
}

void Annotation::add_event(ElementType type, TextRef name, std::uint64_t when,
                           Attributes attributes) noexcept {
  if (open_w7::kEvents.get(load(slot_->w[7])) >= runtime_->limits.events) return drop(0, 1, 0);
  name.text = cut_key(name.text);
  if (attributes.empty()) {
    if (!append({type, name, {when}, {}}, open_w7::kEvents.put(1))) drop(0, 1, 0);
    return;
  }
  Scratch memory;
  std::pmr::string elements(&memory.memory);
  elements.reserve(1024);
  const std::uint32_t clipped = append_elements(
      attributes, element_limits(runtime_->limits.event_attributes, name.text.size()), elements);
  if (!append({type, name, {when}, elements}, open_w7::kEvents.put(1))) return drop(0, 1, 0);
  if (clipped != 0) store(lane_->counters->clipped, lane_->clipped += clipped);
}

void Annotation::add_link(const SpanContext& context, std::string_view tracestate,
                          Attributes attributes) noexcept {
  // OpenTelemetry: a link without ids is kept where its attributes or tracestate say something.
  if (!context.is_valid() && attributes.empty() && tracestate.empty()) return;
  if (open_w7::kLinks.get(load(slot_->w[7])) >= runtime_->limits.links) return drop(0, 0, 1);
  Scratch memory;
  std::pmr::string elements(&memory.memory);
  elements.reserve(1024);
  const std::uint32_t clipped =
      append_elements(attributes, element_limits(runtime_->limits.link_attributes, 0), elements);
  const std::uint64_t remote = context.is_remote ? span_flag::kParentRemote : 0;
  const std::uint64_t flags = context.flags.bits | remote;
  const std::uint64_t reference = runtime_->region->store_tracestate(tracestate);
  const Element element{
      ElementType::kLink,
      {},
      {context.trace_id.high, context.trace_id.low, context.span_id.value, flags | reference << 8},
      elements};
  if (!append(element, open_w7::kLinks.put(1))) return drop(0, 0, 1);
  if (clipped != 0) store(lane_->counters->clipped, lane_->clipped += clipped);
}

void Annotation::set_status(StatusCode code, std::string_view text) noexcept {
  const std::uint64_t w6 = load(slot_->w[6]);
  const std::uint64_t flags = open_w6::kFlags.get(w6);
  const auto now =
      static_cast<StatusCode>((flags & span_flag::kStatusMask) >> span_flag::kStatusShift);
  if (code == StatusCode::kUnset || now == StatusCode::kOk) return;
  const std::uint64_t next = (flags & ~span_flag::kStatusMask) | std::uint64_t(code)
                                                                     << span_flag::kStatusShift;
  store(slot_->w[6], (w6 & ~open_w6::kFlags.put(~0ull)) | open_w6::kFlags.put(next));
  if (code == StatusCode::kError && (!text.empty() || now == StatusCode::kError))
    add_text(ElementType::kStatusText, text);
}

void Annotation::add_text(ElementType type, std::string_view text) noexcept {
  const std::string_view kept = cut_key(text);
  const bool fits = append({type, {}, {}, kept}, 0);
  if (!fits || kept.size() < text.size()) store(lane_->counters->clipped, ++lane_->clipped);
}

}  // namespace nanospan::capture

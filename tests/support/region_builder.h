// RegionBuilder: writes a region in memory, by the rules of FORMAT.md, for tests of its readers.
//
// It is written from the format's page and shares no code with the recorder. Every knob that a test
// wants to turn wrong is reachable: bytes(), header(), lane(), slot().
#pragma once

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "format/region_layout.h"
#include "nanospan/detail/payload.h"
#include "nanospan/span_types.h"

namespace nanospan::test {

using namespace detail;  // NOLINT: the tests speak of slots and words all the time

// A payload, element by element.
class Payload {
 public:
  Payload& add(ElementType type, std::uint32_t key, std::string_view inline_key,
               std::vector<std::uint64_t> fixed, std::string_view value) {
    words.push_back(element_header(type, key, inline_key.size(), value.size()));
    words.insert(words.end(), fixed.begin(), fixed.end());
    add_text(inline_key);
    add_text(value);
    return *this;
  }
  Payload& add_text(std::string_view text) {
    const std::size_t first = words.size();
    words.resize(first + words_of(text.size()));
    for (std::size_t i = 0; i < text.size(); ++i)
      words[first + i / 8] |= std::uint64_t{static_cast<unsigned char>(text[i])} << (i % 8 * 8);
    return *this;
  }
  [[nodiscard]] std::string_view bytes() const {
    return {reinterpret_cast<const char*>(words.data()), words.size() * 8};
  }
  std::vector<std::uint64_t> words;
};

struct TestSpan {
  std::uint64_t id = 1;
  std::uint64_t parent = 0;
  std::uint64_t trace_high = 0x11, trace_low = 0x22;
  std::uint64_t start = 1000, duration = 10;
  std::uint64_t callsite = 0;
  std::uint64_t tracestate = 0;
  std::uint64_t flags = span_flag::kSampled | span_flag::kRandom | span_flag::kRecorded;
  std::uint64_t tenancy = 1;
  std::vector<std::uint64_t> payload;
};

class RegionBuilder {
 public:
  static constexpr std::size_t kHeaderEnd = format::kPage;
  static constexpr std::size_t kAnchorsAt = kHeaderEnd;
  static constexpr std::size_t kLaneTableAt =
      kAnchorsAt + sizeof(format::Anchor) * format::kAnchors;
  static constexpr std::size_t kDetachedTableAt = kLaneTableAt + 8 * format::kLanesMax;
  static constexpr std::size_t kDefinitionsAt = kDetachedTableAt + format::kPage;
  static constexpr std::size_t kTracestatesAt = kDefinitionsAt + format::kDefinitionsBytes;
  static constexpr std::size_t kExtentsAt =
      kTracestatesAt + sizeof(format::Tracestate) * format::kTracestates;

  explicit RegionBuilder(std::size_t extents_bytes = std::size_t{1} << 20)
      : size_(kExtentsAt + extents_bytes),
        memory_(static_cast<std::byte*>(std::aligned_alloc(4096, size_)), std::free) {
    std::memset(memory_.get(), 0, size_);
    auto& head = header();
    head.magic = format::kMagic;
    head.version_major = format::kVersionMajor;
    head.header_bytes = format::kPage;
    head.region_bytes = size_;
    head.anchors_offset = kAnchorsAt;
    head.lane_table_offset = kLaneTableAt;
    head.detached_table_offset = kDetachedTableAt;
    head.definitions_offset = kDefinitionsAt;
    head.tracestates_offset = kTracestatesAt;
    head.extents_offset = kExtentsAt;
    head.state = 1;
  }

  [[nodiscard]] std::byte* bytes() { return memory_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  format::RegionHeader& header() { return *at<format::RegionHeader>(0); }
  template <typename T>
  T* at(std::uint64_t offset) {
    return reinterpret_cast<T*>(memory_.get() + offset);
  }

  void add_anchor(std::uint64_t ticks, std::int64_t realtime, std::int64_t monotonic) {
    const std::uint64_t number = ++header().anchor_count;
    auto& entry = at<format::Anchor>(kAnchorsAt)[(number - 1) % format::kAnchors];
    entry.ticks = ticks;
    entry.realtime_ns = static_cast<std::uint64_t>(realtime);
    entry.monotonic_ns = static_cast<std::uint64_t>(monotonic);
    entry.sequence = number;
  }

  // Definitions: each returns its id.
  std::uint32_t add_string(std::string_view text) {
    Payload body;
    body.words.push_back(text.size());
    return define(format::DefinitionType::kString, body.add_text(text).words);
  }
  std::uint32_t add_callsite(std::uint32_t name, SpanKind kind = SpanKind::kInternal,
                             std::uint32_t scope = 0) {
    return define(format::DefinitionType::kCallsite,
                  {format::callsite_w1::kName.put(name) |
                       format::callsite_w1::kKind.put(static_cast<std::uint64_t>(kind)) |
                       format::callsite_w1::kLevel.put(3) | format::callsite_w1::kLine.put(42),
                   0, format::callsite_w3::kScopeName.put(scope), 0});
  }
  std::uint32_t define(format::DefinitionType type, std::vector<std::uint64_t> body) {
    const std::uint32_t id = ++last_id_;
    std::uint64_t used = header().definitions_bytes;
    body.insert(body.begin(),
                format::definition_w0::kBytes.put(8 * (body.size() + 1)) |
                    format::definition_w0::kType.put(static_cast<std::uint64_t>(type)) |
                    format::definition_w0::kId.put(id));
    std::memcpy(at<std::byte>(kDefinitionsAt + used), body.data(), 8 * body.size());
    header().definitions_bytes = used + 8 * body.size();
    return id;
  }
  void add_tracestate(std::uint32_t reference, std::string_view text) {
    auto& entry = at<format::Tracestate>(kTracestatesAt)[(reference - 1) % format::kTracestates];
    entry.bytes = text.size();
    std::memcpy(static_cast<void*>(entry.text), text.data(), text.size());
    entry.reference = reference;
  }

  // A lane whose position and count begin where the test says.
  std::uint32_t add_lane(std::uint64_t slots, std::uint64_t position = 0,
                         std::uint64_t records = 0) {
    const auto index = static_cast<std::uint32_t>(header().lane_count++);
    at<Word>(kLaneTableAt)[index] = take(format::kLaneBytes);
    lane(index).tenancy = 1;
    add_ring(index, slots, position);
    lane(index).counters.position = position;
    lane(index).counters.records = records;
    return index;
  }
  void add_ring(std::uint32_t lane_index, std::uint64_t slots, std::uint64_t first_position) {
    auto& head = lane(lane_index);
    auto& ring = head.rings[head.ring_count];
    ring.offset = take(slots * sizeof(Slot));
    ring.slots = slots;
    ring.first_position = first_position;
    ++head.ring_count;
  }
  void add_tenant(std::uint32_t lane_index, std::uint64_t tenancy, std::uint64_t thread_id,
                  std::string_view name) {
    auto& head = lane(lane_index);
    auto& entry = head.tenants[head.tenant_count++ % format::kTenantsPerLane];
    entry.tenancy = tenancy;
    entry.thread_id = thread_id;
    std::memcpy(static_cast<void*>(entry.name), name.data(), name.size());
    head.tenancy = tenancy;
  }
  format::LaneHeader& lane(std::uint32_t index) {
    return *at<format::LaneHeader>(at<Word>(kLaneTableAt)[index]);
  }
  Slot& slot(std::uint32_t lane_index, std::uint64_t position) {
    auto& head = lane(lane_index);
    std::uint64_t i = head.ring_count - 1;
    while (i != 0 && head.rings[i].first_position > position) --i;
    const auto& ring = head.rings[i];
    return at<Slot>(ring.offset)[(position - ring.first_position) & (ring.slots - 1)];
  }
  OpenSlot& open_slot(std::uint32_t lane_index, std::uint32_t level) {
    return at<OpenSlot>(at<Word>(kLaneTableAt)[lane_index] + format::kLaneStackOffset)[level];
  }
  // One chunk of detached slots.
  OpenSlot* add_detached_chunk() {
    const std::uint64_t offset = take(sizeof(OpenSlot) * format::kDetachedPerChunk);
    at<Word>(kDetachedTableAt)[header().detached_chunk_count] = offset;
    ++header().detached_chunk_count;
    return at<OpenSlot>(offset);
  }
  format::CrashPage& add_crash_page() {
    header().crash_offset = take(format::kCrashBytes);
    return *at<format::CrashPage>(header().crash_offset);
  }
  format::Module& module(std::size_t index) {
    return at<format::Module>(header().crash_offset + format::kPage)[index];
  }
  std::uint32_t add_page() {
    return static_cast<std::uint32_t>(take(format::kPage) / format::kPage);
  }

  // Writes the record at `position` and moves no counter.
  std::uint64_t write_at(std::uint32_t lane_index, std::uint64_t position, std::uint64_t sequence,
                         const TestSpan& span) {
    const std::uint64_t slots =
        1 + (span.payload.size() + kPayloadWordsPerSlot - 1) / kPayloadWordsPerSlot;
    for (std::uint64_t i = slots; i-- > 1;) {
      Slot& out = slot(lane_index, position + i);
      for (std::size_t word = 0; word < kPayloadWordsPerSlot; ++word) {
        const std::size_t from = (i - 1) * kPayloadWordsPerSlot + word;
        out.w[1 + word] = from < span.payload.size() ? span.payload[from] : 0;
      }
      out.w[0] = head_word(position + i, SlotKind::kContinue, i, 0);
    }
    Slot& out = slot(lane_index, position);
    const std::uint64_t words[] = {
        head_word(position, SlotKind::kSpan, slots, span.flags),
        span.trace_high,
        span.trace_low,
        span.id,
        span.parent,
        span.start,
        slot_w6::kDuration.put(span.duration) | slot_w6::kTracestate.put(span.tracestate),
        slot_w7::kCallsite.put(span.callsite) | slot_w7::kSequence.put(sequence) |
            slot_w7::kTenancy.put(span.tenancy)};
    for (std::size_t word = 0; word < kSlotWords; ++word) out.w[word] = words[word];
    return slots;
  }
  // As a writer does: pads the ring's end when the record does not fit it.
  void publish(std::uint32_t lane_index, const TestSpan& span) {
    auto& head = lane(lane_index);
    const std::uint64_t slots =
        1 + (span.payload.size() + kPayloadWordsPerSlot - 1) / kPayloadWordsPerSlot;
    const auto& ring = head.rings[head.ring_count - 1];
    const std::uint64_t index = (head.counters.position - ring.first_position) & (ring.slots - 1);
    if (index + slots > ring.slots) pad(lane_index, ring.slots - index);
    write_at(lane_index, head.counters.position, head.counters.records, span);
    ++head.counters.records;
    head.counters.position += slots;
  }
  void pad(std::uint32_t lane_index, std::uint64_t slots) {
    const std::uint64_t position = lane(lane_index).counters.position;
    for (std::uint64_t i = slots; i-- > 0;)
      slot(lane_index, position + i).w[0] = head_word(
          position + i, i == 0 ? SlotKind::kPad : SlotKind::kContinue, i == 0 ? slots : i, 0);
    lane(lane_index).counters.position += slots;
  }
  void open(OpenSlot& out, const TestSpan& span, std::uint64_t overflow_page = 0) {
    const std::uint64_t words[] = {
        3,
        span.trace_high,
        span.trace_low,
        span.id,
        span.parent,
        span.start,
        open_w6::kCallsite.put(span.callsite) | open_w6::kTracestate.put(span.tracestate) |
            open_w6::kFlags.put(span.flags) | open_w6::kTenancy.put(span.tenancy),
        open_w7::kWords.put(span.payload.size()) | open_w7::kOverflow.put(overflow_page)};
    for (std::size_t word = 0; word < 8; ++word) out.w[word] = words[word];
    for (std::size_t i = 0; i < span.payload.size(); ++i) {
      if (i < kOpenPayloadWords)
        out.w[kOpenHeaderWords + i] = span.payload[i];
      else
        at<Word>(overflow_page * format::kPage)[1 + i - kOpenPayloadWords] = span.payload[i];
    }
  }
  static std::uint64_t head_word(std::uint64_t position, SlotKind kind, std::uint64_t slots,
                                 std::uint64_t flags) {
    return slot_head::kPosition.put(position) |
           slot_head::kKind.put(static_cast<std::uint64_t>(kind)) | slot_head::kSlots.put(slots) |
           slot_head::kFlags.put(flags);
  }

 private:
  std::uint64_t take(std::uint64_t bytes) {
    const std::uint64_t offset = kExtentsAt + header().extents_used;
    header().extents_used += (bytes + format::kPage - 1) / format::kPage * format::kPage;
    return offset;
  }

  std::size_t size_;
  std::unique_ptr<std::byte, void (*)(void*)> memory_;
  std::uint32_t last_id_ = 0;
};

}  // namespace nanospan::test

// SpanAssembler: from a record's words to a span of a batch; the same for finished and open spans.
//
// Threads: none. Memory: allocates only when a batch, a table or a thread is seen first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "decode/batch_builder.h"
#include "decode/cursor.h"
#include "decode/payload_check.h"
#include "format/region_view.h"

namespace nanospan::decode {

enum class Assembled { kAdded, kDamaged, kNotExported };

class SpanAssembler final : private TracestatePlacer {
 public:
  // `resource`: takes what the region says of it; nullptr: nobody asks.
  SpanAssembler(const format::RegionView& view, bool with_record_only,
                detail::ResourceDefinitions* resource);

  [[nodiscard]] TickMapper& mapper() noexcept { return mapper_; }
  [[nodiscard]] const std::shared_ptr<const detail::DefinitionTable>& definitions() const noexcept {
    return shared_definitions_;
  }
  bool refresh() { return definitions_->load(view_->definitions(), resource_); }

  // The payload stands in `into.words()` from `payload_first` on; it is dropped unless the span is
  // added.
  Assembled add_finished(const RecordImage& image, std::size_t payload_first,
                         const ThreadInfo* thread, BatchBuilder& into);
  // As a record, but its duration is not known: it ends at `now_unix_ns`.
  Assembled add_open(const RecordImage& image, std::size_t payload_first, const ThreadInfo* thread,
                     BatchBuilder& into, std::int64_t now_unix_ns);

 private:
  void fill(SpanRecord& record, const RecordImage& image, const ThreadInfo* thread,
            BatchBuilder& into);
  const CallsiteInfo* find_new_callsite(std::uint32_t id);
  void set_tracestate(SpanRecord& record, std::uint32_t reference, BatchBuilder& into);
  Assembled add_uncommon(const RecordImage& image, std::size_t payload_first,
                         const ThreadInfo* thread, BatchBuilder& into);
  // Checks the payload and takes it into `record`; nullopt: damaged, and dropped.
  std::optional<CheckedPayload> take_payload(SpanRecord& record, std::size_t first,
                                             std::uint64_t start_ticks, BatchBuilder& into);
  std::uint64_t place(std::uint32_t reference) override;
  [[nodiscard]] bool is_wanted(const RecordImage& image) const noexcept {
    return ((image.w[0] >> detail::slot_head::kFlags.first) & wanted_flags_) != 0;
  }

  const format::RegionView* view_;
  std::uint64_t wanted_flags_;
  detail::ResourceDefinitions* resource_;
  std::shared_ptr<detail::DefinitionTable> definitions_;
  std::shared_ptr<const detail::DefinitionTable> shared_definitions_;
  TickMapper mapper_;
  BatchBuilder* placing_into_ = nullptr;  // while a payload is checked
};

NANOSPAN_INLINE void SpanAssembler::fill(SpanRecord& record, const RecordImage& image,
                                         const ThreadInfo* thread, BatchBuilder& into) {
  using namespace detail;
  const auto callsite_id = static_cast<std::uint32_t>(slot_w7::kCallsite.get(image.w[7]));
  const CallsiteInfo* callsite = definitions_->find_callsite(callsite_id);
  if (callsite == nullptr) [[unlikely]]
    callsite = find_new_callsite(callsite_id);
  record.trace_id = {image.w[1], image.w[2]};
  record.span_id = {image.w[3]};
  record.parent_span_id = {image.w[4]};
  record.callsite = callsite;
  record.thread = thread;
  record.flags = static_cast<std::uint8_t>(slot_head::kFlags.get(image.w[0]));
  const auto reference = static_cast<std::uint32_t>(slot_w6::kTracestate.get(image.w[6]));
  if (reference != 0) [[unlikely]]
    set_tracestate(record, reference, into);
}

NANOSPAN_INLINE Assembled SpanAssembler::add_finished(const RecordImage& image,
                                                      std::size_t payload_first,
                                                      const ThreadInfo* thread,
                                                      BatchBuilder& into) {
  using namespace detail;
  if (!is_wanted(image)) [[unlikely]] {
    into.drop_words(payload_first);
    return Assembled::kNotExported;
  }
  std::size_t payload_words = into.words().size() - payload_first;
  const std::uint64_t duration = slot_w6::kDuration.get(image.w[6]);
  if (payload_words != 0) {
    const CommonPayload common = check_common(std::span(into.words()).subspan(payload_first));
    if (!common.is_all) return add_uncommon(image, payload_first, thread, into);
    payload_words = common.words;
    into.drop_words(payload_first + payload_words);
  }
  SpanRecord& record = into.add();
  fill(record, image, thread, into);
  record.payload_first = static_cast<std::uint32_t>(payload_first);
  record.payload_words = static_cast<std::uint32_t>(payload_words);
  record.contents = payload_contents::kAttributes;
  const clock::UnixInterval times = mapper_.map(image.w[5], image.w[5] + duration);
  record.start_unix_ns = times.start_ns;
  record.end_unix_ns = times.end_ns;
  return Assembled::kAdded;
}

}  // namespace nanospan::decode

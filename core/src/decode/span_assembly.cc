#include "decode/span_assembly.h"

#include "base/shared.h"

namespace nanospan::decode {

using namespace detail;

NANOSPAN_COLD SpanAssembler::SpanAssembler(const format::RegionView& view, bool with_record_only,
                                           ResourceDefinitions* resource)
    : view_(&view),
      wanted_flags_(with_record_only ? span_flag::kSampled | span_flag::kRecorded
                                     : span_flag::kSampled),
      resource_(resource),
      definitions_(base::make_shared<DefinitionTable>()),
      shared_definitions_(definitions_) {
  refresh();
}

// Defined since the last look: an id is committed before the first record that has it.
NANOSPAN_COLD const CallsiteInfo* SpanAssembler::find_new_callsite(std::uint32_t id) {
  if (refresh())
    if (const CallsiteInfo* const callsite = definitions_->find_callsite(id)) return callsite;
  return &DefinitionTable::unknown_callsite();
}

std::uint64_t SpanAssembler::place(std::uint32_t reference) {
  if (reference == 0) return 0;
  const auto word = [](const BatchBuilder::PlacedText& text) {
    return link_word::kFirst.put(text.first) | link_word::kBytes.put(text.bytes);
  };
  if (placing_into_->last_tracestate().reference == reference)
    return word(placing_into_->last_tracestate());
  format::TracestateCopy copy;
  if (!view_->copy_tracestate(reference, copy)) return 0;
  return word(placing_into_->place_tracestate(copy.view(), reference));
}

void SpanAssembler::set_tracestate(SpanRecord& record, std::uint32_t reference,
                                   BatchBuilder& into) {
  placing_into_ = &into;
  const std::uint64_t word = place(reference);
  record.tracestate_first = static_cast<std::uint32_t>(link_word::kFirst.get(word));
  record.tracestate_bytes = static_cast<std::uint16_t>(link_word::kBytes.get(word));
}

std::optional<CheckedPayload> SpanAssembler::take_payload(SpanRecord& record, std::size_t first,
                                                          std::uint64_t start_ticks,
                                                          BatchBuilder& into) {
  placing_into_ = &into;
  const auto checked =
      check_payload(std::span(into.words()).subspan(first), start_ticks, mapper_, *this);
  into.drop_words(checked ? first + checked->words : first);
  if (!checked) return std::nullopt;
  record.payload_first = static_cast<std::uint32_t>(first);
  record.payload_words = static_cast<std::uint32_t>(checked->words);
  record.contents = checked->contents & payload_contents::kAnything;
  return checked;
}

Assembled SpanAssembler::add_uncommon(const RecordImage& image, std::size_t payload_first,
                                      const ThreadInfo* thread, BatchBuilder& into) {
  SpanRecord record;
  fill(record, image, thread, into);
  const std::uint64_t start = image.w[5];
  const auto checked = take_payload(record, payload_first, start, into);
  if (!checked) return Assembled::kDamaged;
  std::uint64_t duration = slot_w6::kDuration.get(image.w[6]);
  if (duration == slot_w6::kDuration.max()) duration = checked->duration_ticks.value_or(duration);
  const std::uint64_t end = duration > ~start ? ~std::uint64_t{0} : start + duration;
  const clock::UnixInterval times = mapper_.map(start, end);
  record.start_unix_ns = checked->start_unix_ns.value_or(times.start_ns);
  record.end_unix_ns = std::max(record.start_unix_ns, checked->end_unix_ns.value_or(times.end_ns));
  into.add(record);
  return Assembled::kAdded;
}

}  // namespace nanospan::decode

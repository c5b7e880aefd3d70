// Spans in flight as spans of a batch. Apart from what the drain needs: a program that only records
// does not carry it.
#include <algorithm>

#include "base/pod_vector.h"
#include "base/words.h"
#include "decode/cursor.h"
#include "decode/open_spans.h"
#include "decode/region_reader.h"
#include "decode/span_assembly.h"

namespace nanospan::decode {
namespace {

constexpr std::size_t kOpenPayloadWordsMax = std::size_t{16} << 20;

}  // namespace

Assembled SpanAssembler::add_open(const RecordImage& image, std::size_t payload_first,
                                  const ThreadInfo* thread, BatchBuilder& into,
                                  std::int64_t now_unix_ns) {
  if (!is_wanted(image)) {
    into.drop_words(payload_first);
    return Assembled::kNotExported;
  }
  SpanRecord record;
  fill(record, image, thread, into);
  const auto checked = take_payload(record, payload_first, image.w[5], into);
  const std::int64_t start = mapper_.map(image.w[5], image.w[5]).start_ns;
  record.start_unix_ns = checked ? checked->start_unix_ns.value_or(start) : start;
  record.end_unix_ns = std::max(record.start_unix_ns, now_unix_ns);
  record.unfinished = true;
  into.add(record);
  return checked ? Assembled::kAdded : Assembled::kDamaged;
}

std::size_t RegionReader::read_open(BatchBuilder& into, std::int64_t now_unix_ns,
                                    OpenAddition* addition) {
  return read_open_until(~std::uint64_t{0}, into, now_unix_ns, addition);
}

std::size_t RegionReader::read_open_until(std::uint64_t begun_ticks, BatchBuilder& into,
                                          std::int64_t now_unix_ns, OpenAddition* addition) {
  find_new_lanes();
  assembler_->refresh();
  into.begin(resource(), definitions());
  const std::size_t before = into.size();
  base::PodVector<NewestRecords> newest;
  newest.resize(lanes_.size());
  // No two open spans share a page: what claims more than the file holds keeps its head alone.
  std::size_t words_left = std::min(kOpenPayloadWordsMax, view_.bytes() / sizeof(detail::Word));
  const auto read_slot = [&](const detail::OpenSlot& slot, const NewestRecords* of_lane,
                             const ThreadInfo* thread) {
    const std::size_t payload_first = into.words().size();
    const auto open = copy_open_slot(view_, slot, into.words(), words_left);
    if (!open) return;
    words_left -= into.words().size() - payload_first;
    const std::uint64_t span_id = open->record.w[3];
    bool is_published = of_lane != nullptr && of_lane->has(span_id);
    if (of_lane == nullptr)
      for (const NewestRecords& each : newest) is_published |= each.has(span_id);
    if (is_published || open->record.w[5] > begun_ticks) {
      into.drop_words(payload_first);
      return;
    }
    const bool adds = addition != nullptr && span_id == addition->span_id && span_id != 0;
    if (adds) {
      base::append(into.words(), addition->elements);
    }
    const Assembled done =
        assembler_->add_open(open->record, payload_first, thread, into, now_unix_ns);
    if (adds) addition->was_added = done == Assembled::kAdded;
  };
  for (std::uint32_t index = 0; index < lane_count(); ++index) {
    const format::LaneHeader* const lane = view_.lane(index);
    const detail::OpenSlot* const stack = view_.open_stack(index);
    if (lane == nullptr || stack == nullptr || !lanes_[index].is_readable()) continue;
    newest[index] = newest_records(view_, *lane);
    const std::uint64_t tenancy = lane->tenancy.load(std::memory_order_relaxed);
    const ThreadInfo* const thread = into.keep(lanes_[index].thread(tenancy));
    for (std::uint32_t level = 1; level < detail::kOpenLevels; ++level)
      read_slot(stack[level], &newest[index], thread);
  }
  const ThreadInfo* const nobody = into.keep(unknown_thread());
  for (std::uint32_t index = 0; index < view_.detached_chunk_count(); ++index) {
    const detail::OpenSlot* const chunk = view_.detached_chunk(index);
    for (std::uint32_t i = 0; chunk != nullptr && i < format::kDetachedPerChunk; ++i)
      read_slot(chunk[i], nullptr, nobody);
  }
  if (assembler_->refresh()) into.begin(resource(), definitions());
  return into.size() - before;
}

}  // namespace nanospan::decode

#include "crash/dead_writers.h"

#include <algorithm>

#include "decode/batch_builder.h"
#include "decode/region_reader.h"
#include "format/checkpoint.h"

namespace nanospan::test {
namespace {

class Reading {
 public:
  Reading(const format::RegionView& view, const KillPage& page, DeadWriters& found)
      : view_(view), page_(page), found_(found), reader_(view, {.owner_is_gone = true}) {}

  void read(From from) {
    if (from == From::kCheckpoint) reader_.start_at_confirmed();
    constexpr std::size_t kBatchSpans = 1000;
    for (bool more = true; more;) {
      BatchBuilder batch;
      const decode::ReadStats stats = reader_.read_finished(batch, kBatchSpans);
      if (stats.damaged != 0) complain(std::to_string(stats.damaged) + " records are damaged");
      for (const SpanView span : batch.batch()) take_finished(span);
      more = stats.more;
    }
    BatchBuilder batch;
    reader_.read_open(batch, decode::time_of_death(view_, reader_.clock()));
    for (const SpanView span : batch.batch()) take_open(span);
    for (std::uint32_t lane = 0; lane < reader_.lane_count(); ++lane) look_at_lane(lane);
  }

 private:
  void complain(const std::string& wrong) {
    if (found_.wrong.empty()) found_.wrong = wrong;
  }
  DeadWriter* writer_of(std::uint64_t thread_id) {
    for (std::size_t index = 0; thread_id != 0 && index < kWritersMax; ++index)
      if (page_.writers[index].thread_id.load() == thread_id) return &found_.writers[index];
    return nullptr;
  }
  void take_finished(const SpanView& span) {
    const NumberedFacts facts = facts_of(span);
    if (const std::string wrong = facts.check_finished(); !wrong.empty()) return complain(wrong);
    DeadWriter* const writer = writer_of(span.thread().id);
    if (writer != &found_.writers[static_cast<std::size_t>(*facts.writer)])
      return complain("a record stands in another's lane");
    if (span.end_unix_ns() < span.start_unix_ns()) complain("a span ends before it starts");
    writer->finished.push_back(facts.ordinal());
    writer->slots_read += 1 + (span.payload().size() + detail::kPayloadWordsPerSlot - 1) /
                                  detail::kPayloadWordsPerSlot;
  }
  void take_open(const SpanView& span) {
    NumberedFacts facts = facts_of(span);
    if (const std::string wrong = facts.check_open(); !wrong.empty()) return complain(wrong);
    if (!span.trace_id().is_valid()) complain("an open span has no trace id");
    DeadWriter* writer = writer_of(span.thread().id);
    if (writer == nullptr && facts.writer)  // detached: of no thread
      writer = &found_.writers[static_cast<std::size_t>(*facts.writer)];
    if (writer != nullptr)
      writer->open.push_back(std::move(facts));
    else if (facts.name != "detached")
      complain("an open span is nobody's");
  }
  void look_at_lane(std::uint32_t index) {
    const format::LaneHeader& lane = *view_.lane(index);
    const auto tenant = view_.tenant(lane, lane.tenancy.load());
    DeadWriter* const writer = tenant ? writer_of(tenant->thread_id) : nullptr;
    if (writer == nullptr) return;  // it had not come so far
    writer->rings = view_.ring_count(lane);
    for (std::uint32_t ring = 0; ring < writer->rings; ++ring) {
      const std::uint64_t end = ring + 1 < writer->rings
                                    ? lane.rings[ring + 1].first_position.load()
                                    : lane.counters.position.load();
      writer->slots_held +=
          std::min(end - lane.rings[ring].first_position.load(), lane.rings[ring].slots.load());
    }
    writer->overwritten_later = reader_.lane_overwritten(index);
    writer->overwritten_first = format::load_checkpoint(view_.header(), lane).overwritten;
  }

  const format::RegionView& view_;
  const KillPage& page_;
  DeadWriters& found_;
  decode::RegionReader reader_;
};

}  // namespace

DeadWriters read_dead_writers(const format::RegionView& view, const KillPage& page, From from) {
  DeadWriters found;
  Reading(view, page, found).read(from);
  return found;
}

}  // namespace nanospan::test

#include "decode/moment_reader.h"

#include <time.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "clock/anchor.h"
#include "decode/cursor.h"
#include "decode/span_assembly.h"

namespace nanospan::decode {
namespace {

constexpr std::uint64_t kAllTicks = std::numeric_limits<std::uint64_t>::max();

// The counter that stamps the region's spans; kAllTicks: it can't be read here.
std::uint64_t ticks_now(const format::RegionView& view) {
  const auto source = static_cast<detail::TickSource>(view.header().tick_source);
  const bool is_readable =
      source == detail::kCompiledTickSource || source == detail::TickSource::kClockGettime;
  return is_readable ? clock::take_anchor(source).ticks : kAllTicks;
}

std::int64_t unix_ns_of(std::uint64_t ticks, const clock::ClockMap& clock) {
  if (ticks != kAllTicks) return clock.to_unix_ns(ticks);
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

MomentReader::MomentReader(RegionReader& reader, std::optional<std::chrono::nanoseconds> last,
                           OpenAddition* addition)
    : reader_(reader), addition_(addition) {
  const std::int64_t now =
      std::max<std::int64_t>(unix_ns_of(ticks_now(reader.view()), reader.clock()), 0);
  if (last)
    stats_.began_unix_ns = now - std::clamp<std::int64_t>(last->count(), 0, now);
  else
    stats_.began_unix_ns = std::numeric_limits<std::int64_t>::min();
  stats_.whole_since_unix_ns = stats_.began_unix_ns;
  reader_.find_new_lanes();
  lanes_.resize(reader_.lane_count());
}

bool MomentReader::next(BatchBuilder& into, std::size_t spans_max) {
  if (phase_ == Phase::kDone) return false;
  reader_.assembler_->refresh();
  into.begin(reader_.resource(), reader_.definitions());
  while (phase_ < Phase::kOpen && !read_lane(into, spans_max)) {
    if (++index_ < lanes_.size()) continue;
    index_ = 0;
    if (phase_ == Phase::kHeld) take_moment();
    phase_ = phase_ == Phase::kHeld ? Phase::kSince : Phase::kOpen;
  }
  // What the records name was defined before them.
  if (reader_.assembler_->refresh()) into.begin(reader_.resource(), reader_.definitions());
  stats_.spans += into.size();
  if (phase_ == Phase::kOpen && into.empty()) hand_out_open(into);
  return !into.empty();
}

bool MomentReader::hold(Held& held) {
  constexpr std::size_t kBatchSpans = 4096;
  held.clear();
  for (std::size_t bytes = 0; bytes < kHeldBytesMax; bytes += held.back()->bytes()) {
    auto batch = std::make_unique<BatchBuilder>();
    if (!next(*batch, kBatchSpans)) return false;
    held.push_back(std::move(batch));
  }
  return true;
}

bool MomentReader::hand_all_to(const std::function<bool(const SpanBatch&)>& take) {
  Held held;
  for (bool more = true; more;) {
    more = hold(held);
    for (std::unique_ptr<BatchBuilder>& batch : held) {
      if (!take(batch->batch())) return false;
      batch.reset();
    }
  }
  return true;
}

void MomentReader::enter_lane() {
  LaneCursor& cursor = reader_.lanes_[index_];
  Lane& lane = lanes_[index_];
  if (phase_ == Phase::kHeld) cursor.start_at_oldest();
  if (!cursor.is_readable() && phase_ == Phase::kHeld) ++stats_.damaged;
  cursor.look();
  lane.stop = cursor.limit();
  // Behind the position: at least as many as end there.
  if (const format::LaneHeader* const header = reader_.view().lane(index_))
    lane.records_there = header->counters.records.load(std::memory_order_relaxed);
  is_in_lane_ = true;
}

// True: it was stopped by a limit.
bool MomentReader::read_lane(BatchBuilder& into, std::size_t spans_max) {
  if (index_ >= lanes_.size()) return false;
  if (!is_in_lane_) enter_lane();
  LaneCursor& cursor = reader_.lanes_[index_];
  Lane& lane = lanes_[index_];
  RecordImage image;
  std::vector<std::uint64_t>& words = into.words();
  while (cursor.position() < lane.stop) {
    if (into.size() >= spans_max || into.full()) return true;
    const std::size_t payload_first = words.size();
    const std::uint64_t damaged = cursor.damaged(), overwritten = cursor.overwritten();
    const bool found = cursor.next(image, words);
    const std::uint64_t damaged_now = cursor.damaged() - damaged;
    stats_.damaged += damaged_now;
    if (!found) break;
    const std::uint64_t number = cursor.records() - 1;
    const std::uint64_t gap = number - std::min(lane.next_record, number);
    const std::uint64_t missing = cursor.overwritten() - overwritten;
    lane.missing += missing;
    lane.missing_before += gap - std::min(gap, missing + damaged_now);
    lane.next_record = cursor.records();
    take(image, payload_first, cursor, into);
  }
  leave_lane();
  return false;
}

void MomentReader::take(const RecordImage& image, std::size_t payload_first, LaneCursor& cursor,
                        BatchBuilder& into) {
  Lane& lane = lanes_[index_];
  if (phase_ == Phase::kSince) {
    if (image.w[5] > moment_ticks_) {
      into.drop_words(payload_first);
      return miss(lane, stats_.moment_unix_ns);
    }
    if (const auto open = has_ended_.find(image.w[3]); open != has_ended_.end())
      open->second = true;
  }
  const ThreadInfo* const thread =
      into.keep(cursor.thread(detail::slot_w7::kTenancy.get(image.w[7])));
  switch (reader_.assembler_->add_finished(image, payload_first, thread, into)) {
    case Assembled::kDamaged:
      ++stats_.damaged;
      return;
    case Assembled::kNotExported:
      ++stats_.not_exported;
      return;
    case Assembled::kAdded:
      break;
  }
  const std::int64_t end = into.newest().end_unix_ns;
  if (end >= stats_.began_unix_ns) return miss(lane, end);
  lane.missing_before = lane.missing = 0;
  ++stats_.too_old;
  into.drop_newest(payload_first);
}

// What is missing before a span that ended then.
void MomentReader::miss(Lane& lane, std::int64_t until_unix_ns) noexcept {
  if (lane.missing_before + lane.missing == 0) return;
  stats_.overwritten_before += std::exchange(lane.missing_before, 0);
  stats_.overwritten += std::exchange(lane.missing, 0);
  stats_.whole_since_unix_ns = std::max(stats_.whole_since_unix_ns, until_unix_ns);
}

void MomentReader::leave_lane() {
  is_in_lane_ = false;
  if (phase_ == Phase::kHeld) return;
  Lane& lane = lanes_[index_];
  // A writer so fast that nothing could be read before it came round again.
  if (reader_.lanes_[index_].position() < lane.stop && lane.records_there > lane.next_record)
    lane.missing += lane.records_there - lane.next_record;
  miss(lane, stats_.moment_unix_ns);
}

void MomentReader::take_moment() {
  moment_ticks_ = ticks_now(reader_.view());
  stats_.moment_unix_ns = unix_ns_of(moment_ticks_, reader_.clock());
  (void)reader_.read_open_until(moment_ticks_, open_, stats_.moment_unix_ns, addition_);
  for (const SpanView span : open_.batch()) has_ended_.emplace(span.span_id().value, false);
  reader_.find_new_lanes();
  lanes_.resize(reader_.lane_count());
}

void MomentReader::hand_out_open(BatchBuilder& into) {
  phase_ = Phase::kDone;
  open_.remove_if([this](const SpanRecord& span) { return has_ended_.at(span.span_id.value); });
  stats_.unfinished = open_.size();
  stats_.spans += open_.size();
  std::swap(into, open_);
}

}  // namespace nanospan::decode

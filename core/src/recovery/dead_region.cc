#include "recovery/dead_region.h"

#include <cinttypes>
#include <exception>
#include <utility>

#include "base/sentence.h"
#include "decode/crash_event.h"
#include "nanospan/detail/publish.h"
#include "recovery/region_clock.h"

namespace nanospan::recovery {

using detail::load;

DeadRegion::DeadRegion(Claim claim, std::uint64_t bytes_max, std::uint32_t batch_spans_max)
    : claim_(std::move(claim)), bytes_max_(bytes_max), batch_spans_max_(batch_spans_max) {}

DeadRegion::~DeadRegion() = default;

DeadRegion::Step DeadRegion::fail(std::string sentence) {
  error_ = std::move(sentence);
  return Step::kFailed;
}

DeadRegion::Step DeadRegion::next(BatchBuilder& into) {
  if (phase_ == Phase::kCopying) return copy();
  if (phase_ == Phase::kDone) return Step::kEnd;
  note_attempt(attempts_ + 1);
  const Step step = read(into);
  note_attempt(attempts_ = 0);
  return step;
}

DeadRegion::Step DeadRegion::read(BatchBuilder& into) {
  if (!reader_) open_reader();
  return phase_ == Phase::kFinished ? read_finished(into) : read_open(into);
}

DeadRegion::Step DeadRegion::copy() {
  if (copy_.data() == nullptr) {
    auto begun = PrivateCopy::begin(claim_.file(), bytes_max_);
    if (!begun) return fail(begun.error());
    copy_ = std::move(*begun);
  }
  const auto is_whole = copy_.step(claim_.file());
  if (!is_whole) return fail(is_whole.error());
  if (!*is_whole) return Step::kMore;
  if (const Status opened = open(); !opened) return fail(opened.error());
  phase_ = Phase::kFinished;
  return Step::kMore;
}

Status DeadRegion::open() {
  auto view = format::RegionView::check(copy_.data(), copy_.size());
  if (!view) return view.status();
  view_ = *view;
  const format::RegionHeader& header = view_.header();
  attempts_ = load(header.recovery_attempts);
  if (attempts_ >= kAttemptsMax)
    return base::failure("%" PRIu64
                         " processes died while they read it, so it is left alone; look at it by "
                         "nanospan export, and remove it.",
                         attempts_);
  delivered_ = load(header.delivered);
  overwritten_ = load(header.overwritten);
  unexported_ = load(header.unexported);
  damaged_ = load(header.damaged);
  return {};
}

void DeadRegion::open_reader() {
  reader_.emplace(view_, decode::ReaderOptions{.owner_is_gone = true});
  reader_->set_clock(clock_of(view_));
  reader_->start_at_confirmed();
  died_unix_ns_ = decode::time_of_death(view_, reader_->clock());
  for (std::uint32_t lane = 0; lane < reader_->lane_count(); ++lane)
    noted_.push_back({reader_->lane_position(lane), reader_->lane_records(lane)});
}

DeadRegion::Step DeadRegion::read_finished(BatchBuilder& into) {
  const decode::ReadStats read = reader_->read_finished(into, batch_spans_max_);
  overwritten_ += read.overwritten;
  unexported_ += read.not_exported;
  damaged_ += read.damaged;
  batch_spans_ = read.spans;
  if (!read.more || read.records() == 0) phase_ = Phase::kOpen;
  return into.empty() ? Step::kMore : Step::kBatch;
}

DeadRegion::Step DeadRegion::read_open(BatchBuilder& into) {
  batch_spans_ = 0;  // they were never committed, so nobody counts them as delivered
  decode::OpenAddition crash = decode::crash_addition(view_, reader_->clock());
  unfinished_ = reader_->read_open(into, died_unix_ns_, &crash);
  phase_ = Phase::kDone;
  return into.empty() ? Step::kEnd : Step::kBatch;
}

std::uint64_t DeadRegion::offset_of(const void* in_copy) const noexcept {
  return static_cast<std::uint64_t>(static_cast<const std::byte*>(in_copy) - copy_.data());
}

void DeadRegion::note_attempt(std::uint64_t attempts) noexcept {
  const Patch patch{offset_of(&view_.header().recovery_attempts), 1, {attempts}};
  (void)claim_.write({&patch, 1});
}

void DeadRegion::note_lane(std::uint32_t index, base::PodVector<Patch>& patches) {
  const format::LaneHeader* const lane = view_.lane(index);
  const LaneMark now{reader_->lane_position(index), reader_->lane_records(index)};
  const LaneMark before = std::exchange(noted_[index], now);
  if (lane == nullptr || (now.position == before.position && now.records == before.records)) return;
  const std::uint64_t lost = load(lane->lost_overwritten) + reader_->lane_overwritten(index);
  // The last record may have been published and not counted by its thread.
  if (now.position > load(lane->counters.position))
    patches.push_back({offset_of(&lane->counters.position), 2, {now.position, now.records}});
  patches.push_back({offset_of(&lane->confirmed_position), 3, {now.position, now.records, lost}});
}

void DeadRegion::note_progress() {
  const format::RegionHeader& header = view_.header();
  base::PodVector<Patch> patches;
  for (std::uint32_t lane = 0; lane < noted_.size(); ++lane) note_lane(lane, patches);
  constexpr std::uint64_t kInExport = 0;
  patches.push_back(
      {offset_of(&header.delivered),
       6,
       {delivered_, load(header.refused), overwritten_, kInExport, unexported_, damaged_}});
  (void)claim_.write(patches);
}

void DeadRegion::answered() noexcept {
  delivered_ += std::exchange(batch_spans_, 0);
  try {
    note_progress();
  } catch (const std::exception&) {  // no memory: it is noted with the next batch
  }
}

}  // namespace nanospan::recovery

#include "recovery/dead_region.h"

#include <cinttypes>
#include <exception>
#include <utility>

#include "base/sentence.h"
#include "decode/crash_event.h"
#include "format/checkpoint.h"
#include "nanospan/detail/publish.h"
#include "recovery/region_clock.h"

namespace nanospan::recovery {

using detail::load;
using detail::store;

namespace {

void store_counts(format::RegionHeader& header, const format::SpanCounts& counts) {
  store(header.delivered, counts.delivered);
  store(header.refused, counts.refused);
  store(header.overwritten, counts.overwritten);
  store(header.in_export, 0);
  store(header.unexported, counts.unexported);
  store(header.damaged, counts.damaged);
}

}  // namespace

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
  counts_ = format::load_counts(header);
  store_counts(writable(header), counts_);  // those of a checkpoint that was not stored are undone
  return {};
}

void DeadRegion::open_reader() {
  reader_.emplace(view_, decode::ReaderOptions{.owner_is_gone = true});
  reader_->set_clock(clock_of(view_));
  reader_->start_at_confirmed();
  died_unix_ns_ = decode::time_of_death(view_, reader_->clock());
  for (std::uint32_t index = 0; index < reader_->lane_count(); ++index) {
    const format::LaneHeader* const lane = view_.lane(index);
    overwritten_before_.push_back(
        lane != nullptr ? format::load_checkpoint(view_.header(), *lane).overwritten : 0);
  }
}

DeadRegion::Step DeadRegion::read_finished(BatchBuilder& into) {
  const decode::ReadStats read = reader_->read_finished(into, batch_spans_max_);
  counts_.overwritten += read.overwritten;
  counts_.unexported += read.not_exported;
  counts_.damaged += read.damaged;
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

template <typename T>
T& DeadRegion::writable(const T& in_copy) noexcept {
  return *reinterpret_cast<T*>(copy_.data() + offset_of(&in_copy));
}

// As they stand in the copy now.
void DeadRegion::add_words(const detail::Word& first, std::size_t words) {
  Patch patch{offset_of(&first), words, {}};
  for (std::size_t i = 0; i < words; ++i) patch.values[i] = load((&first)[i]);
  patches_.push_back(patch);
}

void DeadRegion::note_lane(std::uint32_t index) {
  const format::RegionHeader& header = view_.header();
  const format::LaneHeader* const in_copy = view_.lane(index);
  if (in_copy == nullptr) return;
  format::LaneHeader& lane = writable(*in_copy);
  const format::LaneCheckpoint before = format::load_checkpoint(header, lane);
  const format::LaneCheckpoint now{reader_->lane_position(index), reader_->lane_records(index),
                                   overwritten_before_[index] + reader_->lane_overwritten(index)};
  const std::uint64_t number = load(header.checkpoint);
  format::Checkpoint& next = lane.checkpoints[1 - format::newest_entry(number, lane)];
  // One that was being stored when its process died would become valid with this number.
  const bool is_left = load(next.number) > number;
  if (now.position == before.position && now.records == before.records && !is_left) return;
  // The last record may have been published and not counted by its thread.
  if (now.position > load(lane.counters.position)) {
    store(lane.counters.position, now.position);
    store(lane.counters.records, now.records);
    add_words(lane.counters.position, 2);
  }
  format::store_checkpoint(header, lane, now);
  add_words(next.position, 4);
}

// The checkpoint's stores, made in the copy, then in the file in the order of checkpoint.h.
void DeadRegion::note_progress() {
  format::RegionHeader& header = writable(view_.header());
  patches_.clear();
  patches_.reserve(3 + 2 * overwritten_before_.size());
  format::begin_checkpoint(header);
  store_counts(header, counts_);
  add_words(header.undo_of, 1 + format::kUndoWords);
  add_words(header.delivered, format::kUndoWords);
  for (std::uint32_t lane = 0; lane < overwritten_before_.size(); ++lane) note_lane(lane);
  format::commit_checkpoint(header);
  add_words(header.checkpoint, 1);
  can_note_ = claim_.write(patches_);
}

void DeadRegion::answered() noexcept {
  counts_.delivered += std::exchange(batch_spans_, 0);
  if (!can_note_) return;
  try {
    note_progress();
  } catch (const std::exception&) {  // no memory: it is noted with the next batch
  }
}

}  // namespace nanospan::recovery

#include "decode/region_reader.h"

#include <algorithm>

#include "decode/cursor.h"
#include "decode/open_spans.h"
#include "decode/span_assembly.h"

namespace nanospan::decode {
namespace {

// Records of one lane before the next has its turn.
constexpr std::size_t kTurnRecords = 512;

}  // namespace

RegionReader::RegionReader(format::RegionView view, ReaderOptions options)
    : view_(view),
      options_(options),
      assembler_(std::make_unique<SpanAssembler>(view_, options.with_record_only)) {
  assembler_->mapper().set_clock(clock::ClockMap(view_));
  start_at_oldest();
}

RegionReader::~RegionReader() = default;

void RegionReader::find_new_lanes() {
  for (std::uint32_t index = lane_count(); index < view_.lane_count(); ++index)
    lanes_.emplace_back(view_, index, options_.owner_is_gone);
}

void RegionReader::start_at_oldest() {
  find_new_lanes();
  for (LaneCursor& lane : lanes_) lane.start_at_oldest();
}

void RegionReader::start_at_confirmed() {
  find_new_lanes();
  for (LaneCursor& lane : lanes_) lane.start_at_confirmed();
}

void RegionReader::set_clock(const clock::ClockMap& clock) {
  assembler_->mapper().set_clock(clock);
}
const clock::ClockMap& RegionReader::clock() const noexcept {
  return assembler_->mapper().clock();
}
std::shared_ptr<const Resource> RegionReader::resource() const {
  return resource_ != nullptr ? resource_ : assembler_->region_resource();
}
const std::shared_ptr<const detail::DefinitionTable>& RegionReader::definitions() const noexcept {
  return assembler_->definitions();
}

std::uint32_t RegionReader::lane_count() const noexcept {
  return static_cast<std::uint32_t>(lanes_.size());
}
std::uint64_t RegionReader::lane_position(std::uint32_t lane) const noexcept {
  return lanes_[lane].position();
}
std::uint64_t RegionReader::lane_records(std::uint32_t lane) const noexcept {
  return lanes_[lane].records();
}
std::uint64_t RegionReader::lane_overwritten(std::uint32_t lane) const noexcept {
  return lanes_[lane].overwritten();
}

// True: it was stopped by a limit.
bool RegionReader::read_lane(LaneCursor& lane, BatchBuilder& into, std::size_t records_max,
                             ReadStats& stats) {
  RecordImage image;
  std::vector<std::uint64_t>& words = into.words();
  const ThreadInfo* thread = nullptr;
  std::uint64_t thread_tenancy = 0;
  for (std::size_t done = 0; done < records_max; ++done) {
    const std::size_t payload_first = words.size();
    if (payload_first >= BatchBuilder::kPayloadWordsMax) return true;
    if (!lane.next(image, words)) return false;
    const std::uint64_t tenancy = detail::slot_w7::kTenancy.get(image.w[7]);
    if (thread == nullptr || tenancy != thread_tenancy) {
      thread = into.keep(lane.thread(tenancy));
      thread_tenancy = tenancy;
    }
    switch (assembler_->add_finished(image, payload_first, thread, into)) {
      case Assembled::kAdded:
        ++stats.spans;
        break;
      case Assembled::kDamaged:
        ++stats.damaged;
        break;
      case Assembled::kNotExported:
        ++stats.not_exported;
        break;
    }
  }
  return true;
}

ReadStats RegionReader::read_finished(BatchBuilder& into, std::size_t records_max) {
  ReadStats stats;
  find_new_lanes();
  assembler_->refresh();
  into.begin(resource(), definitions());
  std::uint64_t left = records_max;
  bool found = true;
  while (found && !lanes_.empty()) {
    found = false;
    for (std::size_t turns = lanes_.size(); turns != 0; --turns) {
      if (left == 0 || into.full()) {
        stats.more = true;
        break;
      }
      LaneCursor& lane = lanes_[next_lane_];
      const std::uint64_t read_before = stats.spans + stats.damaged + stats.not_exported;
      const std::uint64_t overwritten = lane.overwritten();
      const std::uint64_t damaged = lane.damaged();
      const std::uint64_t position = lane.position();
      lane.look();
      const bool is_stopped = read_lane(
          lane, into, static_cast<std::size_t>(std::min<std::uint64_t>(kTurnRecords, left)), stats);
      // A lapped reader did not read what it skipped, and the writer is at work there.
      const bool is_lapped = lane.overwritten() != overwritten;
      if (options_.gives_lines_back && !is_lapped) lane.give_back_since(position);
      left -= stats.spans + stats.damaged + stats.not_exported - read_before;
      stats.overwritten += lane.overwritten() - overwritten;
      stats.damaged += lane.damaged() - damaged;
      found = found || is_stopped;
      next_lane_ = (next_lane_ + 1) % lanes_.size();
    }
    if (stats.more) break;
  }
  // Keys and literals that the records name were committed before them.
  if (assembler_->refresh()) into.begin(resource(), definitions());
  return stats;
}

std::size_t RegionReader::read_open(BatchBuilder& into, std::int64_t now_unix_ns) {
  find_new_lanes();
  assembler_->refresh();
  into.begin(resource(), definitions());
  const std::size_t before = into.size();
  std::vector<NewestRecords> newest(lanes_.size());
  const auto read_slot = [&](const detail::OpenSlot& slot, const NewestRecords* of_lane,
                             const ThreadInfo* thread) {
    const std::size_t payload_first = into.words().size();
    const auto open = copy_open_slot(view_, slot, into.words());
    if (!open) return;
    const std::uint64_t span_id = open->record.w[3];
    const bool is_published =
        of_lane != nullptr ? of_lane->has(span_id)
                           : std::any_of(newest.begin(), newest.end(),
                                         [&](const NewestRecords& n) { return n.has(span_id); });
    if (is_published)
      into.drop_words(payload_first);
    else
      (void)assembler_->add_open(open->record, payload_first, thread, into, now_unix_ns);
  };
  for (std::uint32_t index = 0; index < lane_count(); ++index) {
    const format::LaneHeader* const lane = view_.lane(index);
    const detail::OpenSlot* const stack = view_.open_stack(index);
    if (lane == nullptr || stack == nullptr) continue;
    newest[index] = newest_records(view_, *lane);
    const std::uint64_t tenancy = lane->tenancy.load(std::memory_order_relaxed);
    const ThreadInfo* const thread = into.keep(lanes_[index].thread(tenancy));
    for (std::uint32_t level = 1; level < detail::kOpenLevels; ++level)
      read_slot(stack[level], &newest[index], thread);
  }
  static const auto unknown = std::make_shared<const ThreadInfo>();
  const ThreadInfo* const nobody = into.keep(unknown);
  for (std::uint32_t index = 0; index < view_.detached_chunk_count(); ++index) {
    const detail::OpenSlot* const chunk = view_.detached_chunk(index);
    for (std::uint32_t i = 0; chunk != nullptr && i < format::kDetachedPerChunk; ++i)
      read_slot(chunk[i], nullptr, nobody);
  }
  if (assembler_->refresh()) into.begin(resource(), definitions());
  return into.size() - before;
}

}  // namespace nanospan::decode

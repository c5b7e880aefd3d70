#include "decode/region_reader.h"

#include <algorithm>
#include <utility>

#include "base/cache_lines.h"
#include "decode/cursor.h"
#include "decode/definition_table.h"
#include "decode/region_resource.h"
#include "decode/span_assembly.h"

namespace nanospan::decode {
namespace {

// Records of one lane before the next has its turn.
constexpr std::size_t kTurnRecords = 512;

}  // namespace

RegionReader::RegionReader(format::RegionView view, ReaderOptions options,
                           std::shared_ptr<RegionResource> region_resource)
    : view_(view),
      options_(options),
      region_resource_(std::move(region_resource)),
      assembler_(
          std::make_unique<SpanAssembler>(view_, options.with_record_only, region_resource_.get())),
      slots_left_(view_.bytes() / sizeof(detail::Slot)) {
  assembler_->mapper().set_clock(clock::ClockMap(view_));
  // What is made once is made before a drain's thread asks for it: a forked child would wait for
  // ever for the thread that was at it.
  (void)unknown_thread();
  (void)detail::DefinitionTable::unknown_callsite();
  base::give_lines_back(nullptr, 0);
  start_at_oldest();
}

RegionReader::RegionReader(format::RegionView view, ReaderOptions options,
                           const std::shared_ptr<const Resource>& resource)
    : RegionReader(view, options, std::shared_ptr<RegionResource>()) {
  resource_ = resource;
}

RegionReader::~RegionReader() = default;

void RegionReader::find_new_lanes() {
  for (std::uint32_t index = lane_count(); index < view_.lane_count(); ++index)
    lanes_.emplace_back(view_, take_lane(index), options_.owner_is_gone);
}

// No two rings share a slot, so all of them hold no more than the file does. Without this a few
// pages could claim work without end.
const format::LaneHeader* RegionReader::take_lane(std::uint32_t index) {
  const format::LaneHeader* const lane = view_.lane(index);
  if (lane == nullptr) return nullptr;
  std::uint64_t slots = 0;
  for (std::uint32_t i = 0; i < view_.ring_count(*lane); ++i)
    if (const auto ring = view_.ring(*lane, i)) slots += ring->slot_count;
  if (slots > slots_left_) return nullptr;
  slots_left_ -= slots;
  return lane;
}

void RegionReader::start_at_oldest() {
  find_new_lanes();
  for (LaneCursor& lane : lanes_) lane.start_at_oldest();
}

void RegionReader::start_lane_at(std::uint32_t lane, std::uint64_t position,
                                 std::uint64_t records) {
  find_new_lanes();
  if (lane < lanes_.size()) lanes_[lane].start_at(position, records);
}

void RegionReader::owner_has_gone() noexcept {
  options_.owner_is_gone = true;
  for (LaneCursor& lane : lanes_) lane.owner_has_gone();
}

void RegionReader::set_clock(const clock::ClockMap& clock) {
  assembler_->mapper().set_clock(clock);
}
const clock::ClockMap& RegionReader::clock() const noexcept {
  return assembler_->mapper().clock();
}
const std::shared_ptr<const Resource>& RegionReader::resource() const {
  return resource_ != nullptr ? resource_ : region_resource_->get(*definitions());
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

}  // namespace nanospan::decode

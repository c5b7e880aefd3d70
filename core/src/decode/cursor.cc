#include "decode/cursor.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/cache_lines.h"
#include "base/shared.h"

namespace nanospan::decode {
namespace {

using namespace detail;

constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();
// A writer that laps a reader this often within one record leaves it nothing to read.
constexpr int kJumpsMax = 16;

std::uint64_t load_relaxed(const Word& word) noexcept {
  return word.load(std::memory_order_relaxed);
}

// The record's number of which `sequence` are the low 24 bits; `near` is close to it.
std::uint64_t extend(std::uint64_t sequence, std::uint64_t near) noexcept {
  constexpr std::uint64_t kHalf = std::uint64_t{1} << (slot_w7::kSequence.width - 1);
  const std::uint64_t behind = (near - sequence + kHalf) & slot_w7::kSequence.max();
  const std::uint64_t extended = near + kHalf - behind;
  return behind > near + kHalf ? sequence : extended;
}

}  // namespace

const std::shared_ptr<const ThreadInfo>& unknown_thread() {
  static const auto* const thread =
      new std::shared_ptr<const ThreadInfo>(base::make_shared<const ThreadInfo>());
  return *thread;
}

LaneCursor::LaneCursor(const format::RegionView& view, const format::LaneHeader* lane,
                       bool owner_is_gone)
    : view_(&view), lane_(lane), owner_is_gone_(owner_is_gone), thread_(unknown_thread()) {}

void LaneCursor::start_at_oldest() {
  position_ = records_ = 0;
  counted_from_ring_ = counted_from_record_ = 0;
  scanning_ = adopt_sequence_ = is_far_ = false;
  look();
  if (lane_ == nullptr || limit_ == 0) return;
  forget_earlier_losses();
  position_ = 0;
  // The first ring that still has what it held, then on.
  (void)find_ring();
  const std::uint64_t end = end_here();
  if (ring_.slots == nullptr || end - std::min(end, ring_.first_position) <= ring_.slot_count)
    return;
  position_ = end - ring_.slot_count;
  adopt_sequence_ = scanning_ = is_far_ = true;
}

// What its rings do not hold any more by now is no loss of this reader's.
void LaneCursor::forget_earlier_losses() {
  position_ = limit_ - 1;
  (void)find_ring();
  if (ring_.slots == nullptr || ring_.first_position == 0) return;
  counted_from_ring_ = ring_.first_position;
  if (limit_ - ring_.first_position <= ring_.slot_count) return;
  LaneCursor oldest = *this;
  oldest.position_ = ring_.first_position;
  oldest.adopt_sequence_ = true;
  RecordImage image;
  std::vector<std::uint64_t> payload;
  if (oldest.next_slowly(image, payload)) counted_from_record_ = oldest.records_ - 1;
}

void LaneCursor::start_at(std::uint64_t position, std::uint64_t records) {
  scanning_ = adopt_sequence_ = is_far_ = false;
  counted_from_ring_ = counted_from_record_ = 0;
  if (lane_ == nullptr) return;
  position_ = position;
  records_ = records;
  look();
  // It can't be ahead of its writer: then the first record tells.
  adopt_sequence_ = is_far_ = records_ > load_relaxed(lane_->counters.records) + 1;
  position_ = std::min(position_, limit_);
}

void LaneCursor::look() {
  if (lane_ == nullptr) return;
  // Pairs with the writer's release store behind a record: its count and its ring are seen.
  limit_ = lane_->counters.position.load(std::memory_order_acquire);
  ring_end_ = 0;  // the rings may have grown: found anew at the first record
}

std::uint64_t LaneCursor::end_here() const noexcept {
  return std::min(limit_, ring_end_);
}

bool LaneCursor::find_ring() {
  ring_ = {};
  ring_end_ = kNoEnd;
  ring_is_last_ = true;
  for (std::uint32_t i = view_->ring_count(*lane_); i-- > 0;) {
    const std::uint64_t first = load_relaxed(lane_->rings[i].first_position);
    if (first > position_) {
      ring_end_ = std::min(ring_end_, first);
      ring_is_last_ = false;
      continue;
    }
    if (const auto ring = view_->ring(*lane_, i)) ring_ = *ring;
    return ring_.slots != nullptr;
  }
  return false;
}

bool LaneCursor::jump_if_lapped() {
  const std::uint64_t end = end_here();
  if (end <= position_ || end - position_ <= ring_.slot_count) return false;
  // Where a writer is at work, ahead of the slots that it overwrites next.
  const bool is_chased = ring_is_last_ && !owner_is_gone_;
  position_ = end - ring_.slot_count + (is_chased ? ring_.slot_count / 8 : 0);
  scanning_ = is_far_ = true;
  gap_is_damage_ = false;
  if (ring_.first_position < counted_from_ring_) adopt_sequence_ = true;
  return true;
}

bool LaneCursor::next_slowly(RecordImage& image, std::vector<std::uint64_t>& payload) {
  if (lane_ == nullptr) {
    damaged_ = 1;
    return false;
  }
  const std::size_t payload_size = payload.size();
  for (int jumps = 0; jumps < kJumpsMax;) {
    if (position_ >= limit_ && !owner_is_gone_) return false;
    if (position_ >= ring_end_ || ring_.slots == nullptr) {
      if (!find_ring()) {  // its entry is damaged: so is all that it held
        if (position_ >= limit_) return false;
        position_ = end_here();
        scanning_ = is_far_ = true;
        continue;
      }
    }
    if (jump_if_lapped()) ++jumps;
    const Step result = step(image, payload);
    if (result == Step::kRecord) return true;
    payload.resize(payload_size);
    if (result == Step::kNothing) {
      settle();
      return false;
    }
  }
  return false;
}

LaneCursor::Step LaneCursor::step(RecordImage& image, std::vector<std::uint64_t>& payload) {
  const std::uint64_t head = ring_.at(position_).w[0].load(std::memory_order_acquire);
  if (slot_head::kPosition.get(head) != (position_ & slot_head::kPosition.max())) return miss();
  const std::uint64_t slots = slot_head::kSlots.get(head);
  const std::uint64_t index = (position_ - ring_.first_position) & (ring_.slot_count - 1);
  const bool fits = slots != 0 && slots <= ring_.slot_count - index;
  switch (static_cast<SlotKind>(slot_head::kKind.get(head))) {
    case SlotKind::kPad:
      if (!fits) return miss();
      position_ += slots;
      return Step::kAgain;
    case SlotKind::kSpan:
      if (!fits) return miss();
      return read_span(head, image, payload);
    case SlotKind::kContinue:
      if (!scanning_) return miss();
      ++position_;
      return position_ < limit_ ? Step::kAgain : Step::kNothing;
    default:
      return miss();
  }
}

// What stands at the position is no head of this lap.
LaneCursor::Step LaneCursor::miss() {
  if (position_ >= limit_) return Step::kNothing;  // never published
  look();
  (void)find_ring();
  // Lapped: the next step jumps. A ring that is no ring: the next step goes past it.
  if (ring_.slots == nullptr || end_here() - position_ > ring_.slot_count) return Step::kAgain;
  // A writer zeroes up to a quarter of a ring before it says how far it is.
  const bool is_oldest = end_here() - position_ > ring_.slot_count - ring_.slot_count / 4;
  if (!scanning_ || is_oldest) gap_is_damage_ = !is_oldest;
  scanning_ = true;
  ++position_;
  return Step::kAgain;
}

LaneCursor::Step LaneCursor::read_span(std::uint64_t head, RecordImage& image,
                                       std::vector<std::uint64_t>& payload) {
  const std::uint64_t slots = slot_head::kSlots.get(head);
  const Slot& slot = ring_.at(position_);
  image.w[0] = head;
  for (std::size_t word = 1; word < kSlotWords; ++word) image.w[word] = load_relaxed(slot.w[word]);
  const bool is_whole = copy_payload(&slot, slots, payload);
  const std::uint64_t lane_records = load_relaxed(lane_->counters.records);
  // Pairs with the writer's release fence (publish.h, begin_bodies).
  std::atomic_thread_fence(std::memory_order_acquire);
  if (!is_whole || load_relaxed(slot.w[0]) != head) return miss();
  position_ += slots;
  scanning_ = false;
  return account(slot_w7::kSequence.get(image.w[7]), lane_records) ? Step::kRecord : Step::kAgain;
}

// A number that the record's is close to. In the ring that its writer fills, the lane's count; one
// that was left may be any time behind it.
std::uint64_t LaneCursor::expected_number(std::uint64_t lane_records) const noexcept {
  if (!is_far_) return records_;
  if (ring_is_last_ || limit_ == 0) return lane_records;
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53;
  const double share = static_cast<double>(position_) / static_cast<double>(limit_);
  const double records = static_cast<double>(std::min(lane_records, kExact));
  return std::max(records_, static_cast<std::uint64_t>(std::min(share, 1.0) * records));
}

// False: the record claims a number that was counted before.
bool LaneCursor::account(std::uint64_t sequence, std::uint64_t lane_records) {
  const std::uint64_t number = extend(sequence, expected_number(lane_records));
  const bool is_resync = std::exchange(is_far_, false) && number < records_;
  if (adopt_sequence_ || is_resync) {
    records_ = number;
    adopt_sequence_ = false;
  }
  if (number < records_) {
    ++damaged_;
    return false;
  }
  const std::uint64_t first_lost = std::max(records_, std::min(number, counted_from_record_));
  (gap_is_damage_ ? damaged_ : overwritten_) += number - first_lost;
  gap_is_damage_ = true;
  records_ = number + 1;
  return true;
}

// The owner is gone and nothing follows: what the lane counted and nobody found is lost.
void LaneCursor::settle() {
  if (!owner_is_gone_ || position_ < limit_ || adopt_sequence_) return;
  const std::uint64_t all = load_relaxed(lane_->counters.records);
  if (all <= records_) return;
  (gap_is_damage_ ? damaged_ : overwritten_) += all - records_;
  records_ = all;
}

void LaneCursor::give_back_since(std::uint64_t first) const noexcept {
  // Of a ring that was left for a larger one nobody will write a slot soon.
  first = std::max(first, ring_.first_position);
  if (ring_.slots == nullptr || first >= position_) return;
  const std::uint64_t count = std::min(position_ - first, ring_.slot_count);
  const std::uint64_t index = (first - ring_.first_position) & (ring_.slot_count - 1);
  const std::uint64_t up_to_end = std::min(count, ring_.slot_count - index);
  base::give_lines_back(ring_.slots + index, up_to_end * sizeof(Slot));
  base::give_lines_back(ring_.slots, (count - up_to_end) * sizeof(Slot));
}

const std::shared_ptr<const ThreadInfo>& LaneCursor::thread(std::uint64_t tenancy) {
  if (tenancy == tenancy_ || lane_ == nullptr) return thread_;
  tenancy_ = tenancy;
  const auto tenant = view_->tenant(*lane_, tenancy);
  thread_ = tenant ? base::make_shared<const ThreadInfo>(
                         ThreadInfo{tenant->thread_id, std::string(tenant->name_text())})
                   : unknown_thread();
  return thread_;
}

}  // namespace nanospan::decode

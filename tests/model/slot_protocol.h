// The slot protocol in single steps, sequentially consistent, with positions and sequences of a
// small type: writer and cursor of a ring whose numbers wrap around within a few records.
//
// The writer loads nothing, so that it is a list of stores; where it stands is one number. The
// reader mirrors the decoder's cursor: limit, head, bodies, counts, second check; a lapped one
// jumps to the oldest slot that may still stand and looks for a head from there. Invariants:
// `Position` wraps, the lane's two counters do not; kRingSlots divides its range.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nanospan::model {

template <typename Position>
class SlotProtocol {
 public:
  static constexpr std::size_t kRingSlots = 4;
  enum class Kind : std::uint8_t { kNone, kSpan, kContinue, kPad };

  struct Head {
    Kind kind = Kind::kNone;
    Position position = 0;
    std::uint8_t slots = 0;
    bool operator==(const Head&) const = default;
  };
  // The sequence as a reader sees it, and the whole number of the record, which none can see.
  struct Body {
    Position sequence = 0;
    std::uint64_t record = 0;
  };
  struct Lane {
    std::array<Head, kRingSlots> heads{};
    std::array<Body, kRingSlots> bodies{};
    std::uint64_t position = 0, records = 0;
  };

  // All the states of the lane, one per store; the first is the lane before any.
  static std::vector<Lane> write(std::uint64_t from, const std::vector<std::uint8_t>& records) {
    std::vector<Lane> states(1);
    states.back().position = states.back().records = from;
    for (const std::uint8_t slots : records) {
      const std::size_t left = kRingSlots - states.back().position % kRingSlots;
      if (slots > left) write_one(states, Kind::kPad, static_cast<std::uint8_t>(left));
      write_one(states, Kind::kSpan, slots);
    }
    return states;
  }

  struct Cursor {
    enum class Step : std::uint8_t { kLimit, kHead, kBody, kCount, kCheck };
    Step step = Step::kLimit;
    std::uint8_t copied = 0;
    bool mixed = false;     // the words copied are of more than one record
    bool violated = false;  // a record was accepted torn, twice, or under another's number
    Head head{};
    Position sequence = 0;
    std::uint64_t position = 0, limit = 0, count = 0;
    std::uint64_t expected = 0;  // number of the next record
    std::uint64_t delivered = 0, lost = 0;
    std::uint64_t record = 0;  // what the copied words truly are
  };

  static Cursor cursor_at(std::uint64_t from) {
    Cursor cursor;
    cursor.position = cursor.limit = cursor.expected = from;
    return cursor;
  }

  static void step(Cursor& at, const Lane& lane) {
    using Step = typename Cursor::Step;
    switch (at.step) {
      case Step::kLimit:
        return read_limit(at, lane);
      case Step::kHead:
        return read_head(at, lane);
      case Step::kBody:
        return copy_slot(at, lane);
      case Step::kCount:
        at.count = lane.records;
        at.step = Step::kCheck;
        return;
      case Step::kCheck:
        if (lane.heads[at.position % kRingSlots] == at.head) accept(at);
        at.step = Step::kLimit;
        return;
    }
  }

  // When the writer is done and the cursor has come to its end: what never came is lost.
  static void settle(Cursor& at, const Lane& lane) {
    at.lost += lane.records - at.expected;
    at.expected = lane.records;
  }

 private:
  static void write_one(std::vector<Lane>& states, Kind kind, std::uint8_t slots) {
    const std::uint64_t position = states.back().position, record = states.back().records;
    const auto next = [&]() -> Lane& { return states.emplace_back(Lane(states.back())); };
    const auto slot = [&](std::size_t i) { return (position + i) % kRingSlots; };
    const auto tag = [&](std::size_t i) { return static_cast<Position>(position + i); };
    for (std::size_t i = 0; i < slots; ++i) next().heads[slot(i)] = {};
    if (kind == Kind::kSpan) {
      for (std::size_t i = 0; i < slots; ++i)
        next().bodies[slot(i)] = {static_cast<Position>(record), record};
    }
    for (std::uint8_t i = 1; i < slots; ++i) next().heads[slot(i)] = {Kind::kContinue, tag(i), i};
    next().heads[slot(0)] = {kind, tag(0), slots};
    if (kind == Kind::kSpan) ++next().records;
    next().position += slots;
  }

  static void read_limit(Cursor& at, const Lane& lane) {
    at.limit = lane.position;
    if (at.limit == at.position) return;
    if (at.limit - at.position > kRingSlots) at.position = at.limit - kRingSlots;
    at.step = Cursor::Step::kHead;
  }

  static void read_head(Cursor& at, const Lane& lane) {
    at.head = lane.heads[at.position % kRingSlots];
    const bool ours = at.head.position == static_cast<Position>(at.position);
    at.step = Cursor::Step::kLimit;
    if (!ours || (at.head.kind != Kind::kSpan && at.head.kind != Kind::kPad)) {
      ++at.position;  // overwritten, or the middle of a record whose head is gone
      return;
    }
    at.copied = 0;
    at.mixed = false;
    at.step = at.head.kind == Kind::kSpan ? Cursor::Step::kBody : Cursor::Step::kCheck;
  }

  static void copy_slot(Cursor& at, const Lane& lane) {
    const Body& body = lane.bodies[(at.position + at.copied) % kRingSlots];
    if (at.copied == 0) {
      at.sequence = body.sequence;
      at.record = body.record;
    }
    at.mixed = at.mixed || body.record != at.record;
    if (++at.copied == at.head.slots) at.step = Cursor::Step::kCount;
  }

  static void accept(Cursor& at) {
    at.position += at.head.slots;
    if (at.head.kind == Kind::kPad) return;
    const auto behind = static_cast<Position>(at.count - at.sequence);
    const std::uint64_t number = at.count - behind;
    at.violated = at.violated || at.mixed || number != at.record || number < at.expected;
    at.lost += number - at.expected;
    at.expected = number + 1;
    ++at.delivered;
  }
};

}  // namespace nanospan::model

// The slot protocol in the memory of views.h: a ring of 4 slots with one body word each.
//
// Each step that orders something can be left out, so that a test can show what it is for.
// Invariants: a body word holds its own full position plus one, which no reader of the real ring
// has; a record is whole when all its words are those of the position that the reader wanted. Its
// first word also holds the record's number; a reader of the real ring sees it modulo kSequences.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "views.h"

namespace nanospan::model {

inline constexpr std::uint32_t kRingSlots = 4;
inline constexpr std::size_t kCounter = 2 * kRingSlots;
inline constexpr std::size_t kRecordCount = kCounter + 1;
inline constexpr std::uint32_t kSequences = 8;  // modulus of the sequence in a record
inline std::size_t head_of(std::uint32_t position) {
  return position % kRingSlots;
}
inline std::size_t body_of(std::uint32_t position) {
  return kRingSlots + position % kRingSlots;
}

enum class Zeroing { kAllSlots, kHeadOnly, kNone };
enum class NumberAt { kNowhere, kBeforeFence, kAfterCheck };
enum class CounterAt { kNowhere, kBeforeFence, kAfterCheck };

struct Protocol {
  Zeroing zeroing = Zeroing::kAllSlots;
  bool release_fence = true;
  bool release_head = true;
  bool release_continue = true;
  bool acquire_first = true;
  bool acquire_fence = true;
  bool acquire_check = false;
  bool limit_first = false;  // the reader begins with the counter (acquire), and stays behind it
  CounterAt counter = CounterAt::kBeforeFence;
  NumberAt number = NumberAt::kNowhere;
  std::uint32_t positions = 64;  // modulus of the position in a head
};

// Fields of a head: position · 0 for a further slot, else the record's slots · 1, never 0.
inline std::uint32_t head_word(const Protocol& protocol, std::uint32_t position,
                               std::uint32_t slots) {
  return (position % protocol.positions) << 8 | slots << 4 | 1;
}

struct Written {
  std::uint32_t position = 0, records = 0;
};

inline void write_record(Memory& memory, const Protocol& protocol, Written& written,
                         std::uint32_t slots) {
  const std::uint32_t position = written.position;
  const std::uint32_t zeroed = protocol.zeroing == Zeroing::kAllSlots   ? slots
                               : protocol.zeroing == Zeroing::kHeadOnly ? 1
                                                                        : 0;
  for (std::uint32_t i = 0; i < zeroed; ++i)
    memory.store(head_of(position + i), 0, Order::kRelaxed);
  if (protocol.release_fence) memory.release_fence();
  for (std::uint32_t i = 0; i < slots; ++i)
    memory.store(body_of(position + i), written.records << 16 | (position + i + 1),
                 Order::kRelaxed);
  for (std::uint32_t i = 1; i < slots; ++i)
    memory.store(head_of(position + i), head_word(protocol, position + i, 0),
                 protocol.release_continue ? Order::kRelease : Order::kRelaxed);
  memory.store(head_of(position), head_word(protocol, position, slots),
               protocol.release_head ? Order::kRelease : Order::kRelaxed);
  memory.store(kRecordCount, ++written.records, Order::kRelaxed);
  memory.store(kCounter, written.position += slots, Order::kRelease);
}

// A record that does not fit the ring's end goes to its beginning, behind one that fills the end.
inline Memory write_all(const Protocol& protocol, const std::vector<std::uint32_t>& records) {
  Memory memory;
  Written written;
  for (const std::uint32_t slots : records) {
    const std::uint32_t left = kRingSlots - written.position % kRingSlots;
    if (slots > left) write_record(memory, protocol, written, left);
    write_record(memory, protocol, written, slots);
  }
  return memory;
}

struct Attempt {
  bool accepted = false;
  bool torn = false;
  bool misnumbered = false;
};

// The whole number of a record, from its number modulo kSequences and a count that is not older.
inline std::uint32_t extended(std::uint32_t number, std::uint32_t count) {
  return count - (count - number) % kSequences;
}

inline Attempt read_record(ReaderThread& thread, const Protocol& protocol, std::uint32_t wanted) {
  if (protocol.limit_first && thread.load(kCounter, Order::kAcquire) <= wanted) return {};
  const auto first_order = protocol.acquire_first ? Order::kAcquire : Order::kRelaxed;
  const std::uint32_t head = thread.load(head_of(wanted), first_order);
  const std::uint32_t slots = head >> 4 & 15;
  if (slots == 0 || head >> 8 != wanted % protocol.positions) return {};
  bool torn = false;
  std::uint32_t number = 0;
  for (std::uint32_t i = 0; i < slots; ++i) {
    const std::uint32_t word = thread.load(body_of(wanted + i), Order::kRelaxed);
    if (i == 0) number = word >> 16;
    torn |= (word & 0xFFFF) != wanted + i + 1 || word >> 16 != number;
  }
  std::uint32_t count = 0;
  if (protocol.number == NumberAt::kBeforeFence) count = thread.load(kRecordCount, Order::kRelaxed);
  const auto lapped = [&] { return thread.load(kCounter, Order::kRelaxed) > wanted + kRingSlots; };
  if (protocol.counter == CounterAt::kBeforeFence && lapped()) return {};
  if (protocol.acquire_fence) thread.acquire_fence();
  const auto check_order = protocol.acquire_check ? Order::kAcquire : Order::kRelaxed;
  if (thread.load(head_of(wanted), check_order) != head) return {};
  if (protocol.counter == CounterAt::kAfterCheck && lapped()) return {};
  if (protocol.number == NumberAt::kAfterCheck) count = thread.load(kRecordCount, Order::kRelaxed);
  const bool numbered =
      protocol.number == NumberAt::kNowhere || extended(number % kSequences, count) == number;
  return {true, torn, !numbered};
}

struct Outcome {
  std::uint64_t runs = 0;
  std::uint64_t accepted = 0;
  std::string torn;         // the first run that accepted a torn record, or empty
  std::string misnumbered;  // the first that took a record for another, or empty
};

inline std::string describe(const ReaderThread& thread, std::uint32_t wanted) {
  std::ostringstream text;
  text << "reader wants position " << wanted << ":\n";
  for (const auto& step : thread.steps()) {
    const bool head = step.location < kRingSlots;
    const bool counter = step.location >= kCounter;
    text << "  " << (counter ? "counter" : head ? "head " : "body ");
    if (!counter) text << step.location % kRingSlots;
    text << ": store " << step.message << ", value ";
    if (head && step.value != 0)
      text << "position " << (step.value >> 8) << " slots " << (step.value >> 4 & 15);
    else if (!head && !counter && step.value != 0)
      text << "of position " << (step.value & 0xFFFF) - 1;
    else
      text << step.value;
    text << "\n";
  }
  return text.str();
}

// Every run of a reader that wants `wanted`, while and after the writer writes `records`.
inline void explore_position(const Memory& memory, const Protocol& protocol, std::uint32_t wanted,
                             Outcome& outcome) {
  Choices choices;
  do {
    ReaderThread thread(memory, choices);
    const Attempt attempt = read_record(thread, protocol, wanted);
    ++outcome.runs;
    outcome.accepted += attempt.accepted ? 1 : 0;
    if (attempt.misnumbered && outcome.misnumbered.empty())
      outcome.misnumbered = describe(thread, wanted);
    if (attempt.accepted && attempt.torn) {
      outcome.torn = describe(thread, wanted);
      return;
    }
  } while (choices.next_run());
}

inline Outcome explore(const Protocol& protocol, const std::vector<std::uint32_t>& records) {
  const Memory memory = write_all(protocol, records);
  const std::uint32_t written = memory.at(kCounter).back().value;
  Outcome outcome;
  for (std::uint32_t wanted = 0; wanted < written && outcome.torn.empty(); ++wanted)
    explore_position(memory, protocol, wanted, outcome);
  return outcome;
}

}  // namespace nanospan::model

// Every run of a reader of checkpoints beside their writer, in the memory of views.h.
//
// The steps are those of core/src/format/checkpoint.h: one lane of two words, two counts. All words
// of checkpoint n hold n, or for a lane that did not move the number of the last in which it did.
#include <gtest/gtest.h>

#include <cstdint>

#include "views.h"

namespace nanospan::model {
namespace {

constexpr std::size_t kEntry[] = {0, 3};  // two words, then the number
constexpr std::size_t kCheckpoint = 6, kUndoOf = 7, kUndo = 8, kCounts = 10;
constexpr std::uint32_t kCheckpoints = 4;

struct Protocol {
  bool first_fence = true, second_fence = true;  // the writer's
  bool release_checkpoint = true, release_undo_of = true;
  bool acquire_checkpoint = true, acquire_undo_of = true;
  bool acquire_fence = true;
  bool undo_of_again = true;
  bool entry_not_in_use = true;  // else the newest is written in its place
};

Order release_if(bool is_released) {
  return is_released ? Order::kRelease : Order::kRelaxed;
}
Order acquire_if(bool is_acquired) {
  return is_acquired ? Order::kAcquire : Order::kRelaxed;
}

std::uint32_t newest_entry(std::uint32_t number, std::uint32_t first, std::uint32_t second) {
  return second <= number && (second > first || first > number) ? 1 : 0;
}

// Bit n of `moves`: the lane has moved before checkpoint n.
Memory write_all(const Protocol& protocol, std::uint32_t moves) {
  Memory memory;
  std::uint32_t numbers[2] = {0, 0};
  for (std::uint32_t next = 1; next <= kCheckpoints; ++next) {
    if (protocol.first_fence) memory.release_fence();
    for (std::size_t word : {0u, 1u}) memory.store(kUndo + word, next - 1, Order::kRelaxed);
    memory.store(kUndoOf, next, release_if(protocol.release_undo_of));
    if (protocol.second_fence) memory.release_fence();
    for (std::size_t word : {0u, 1u}) memory.store(kCounts + word, next, Order::kRelaxed);
    if ((moves >> next & 1) != 0) {
      const std::uint32_t newest = newest_entry(next - 1, numbers[0], numbers[1]);
      const std::uint32_t entry = protocol.entry_not_in_use ? 1 - newest : newest;
      for (std::size_t word : {0u, 1u, 2u})
        memory.store(kEntry[entry] + word, next, Order::kRelaxed);
      numbers[entry] = next;
    }
    memory.store(kCheckpoint, next, release_if(protocol.release_checkpoint));
  }
  return memory;
}

struct Loaded {
  bool is_accepted = false;
  std::uint32_t number = 0, words[2] = {0, 0};
};

Loaded load_lane(ReaderThread& thread, const Protocol& protocol) {
  Loaded loaded;
  loaded.number = thread.load(kCheckpoint, acquire_if(protocol.acquire_checkpoint));
  const std::uint32_t first = thread.load(kEntry[0] + 2, Order::kRelaxed);
  const std::uint32_t second = thread.load(kEntry[1] + 2, Order::kRelaxed);
  const std::size_t entry = kEntry[newest_entry(loaded.number, first, second)];
  for (std::size_t word : {0u, 1u}) loaded.words[word] = thread.load(entry + word, Order::kRelaxed);
  if (protocol.acquire_fence) thread.acquire_fence();
  loaded.is_accepted = thread.load(kCheckpoint, Order::kRelaxed) == loaded.number;
  return loaded;
}

Loaded load_counts(ReaderThread& thread, const Protocol& protocol) {
  Loaded loaded;
  loaded.number = thread.load(kCheckpoint, acquire_if(protocol.acquire_checkpoint));
  const std::uint32_t undo_of = thread.load(kUndoOf, acquire_if(protocol.acquire_undo_of));
  const std::size_t from = undo_of == loaded.number + 1 ? kUndo : kCounts;
  for (std::size_t word : {0u, 1u}) loaded.words[word] = thread.load(from + word, Order::kRelaxed);
  if (protocol.acquire_fence) thread.acquire_fence();
  loaded.is_accepted = thread.load(kCheckpoint, Order::kRelaxed) == loaded.number;
  if (protocol.undo_of_again)
    loaded.is_accepted &= thread.load(kUndoOf, Order::kRelaxed) == undo_of;
  return loaded;
}

struct Outcome {
  std::uint64_t accepted = 0, mixed = 0;
};

// `expected`: what all words of a checkpoint hold.
template <typename Load, typename Expected>
Outcome explore(const Memory& memory, Load load, Expected expected) {
  Outcome outcome;
  Choices choices;
  do {
    ReaderThread thread(memory, choices);
    const Loaded loaded = load(thread);
    if (!loaded.is_accepted) continue;
    ++outcome.accepted;
    const std::uint32_t wanted = expected(loaded.number);
    outcome.mixed += loaded.words[0] != wanted || loaded.words[1] != wanted ? 1 : 0;
  } while (choices.next_run());
  return outcome;
}

Outcome explore_lane(const Protocol& protocol, std::uint32_t moves) {
  const Memory memory = write_all(protocol, moves);
  const auto load = [&](ReaderThread& thread) { return load_lane(thread, protocol); };
  return explore(memory, load, [&](std::uint32_t number) {
    while (number != 0 && (moves >> number & 1) == 0) --number;
    return number;
  });
}

Outcome explore_counts(const Protocol& protocol) {
  const Memory memory = write_all(protocol, 0);
  const auto load = [&](ReaderThread& thread) { return load_counts(thread, protocol); };
  return explore(memory, load, [](std::uint32_t number) { return number; });
}

constexpr std::uint32_t kAllMoves = ((1u << kCheckpoints) - 1) << 1;

TEST(CheckpointExplorer, NoRunMixesTwoCheckpointsOfALane) {
  for (std::uint32_t moves = 0; moves <= kAllMoves; moves += 2) {
    const Outcome outcome = explore_lane({}, moves);
    EXPECT_GT(outcome.accepted, kCheckpoints);
    EXPECT_EQ(outcome.mixed, 0u) << "moves " << moves;
  }
}

TEST(CheckpointExplorer, NoRunMixesTheCountsOfTwoCheckpoints) {
  const Outcome outcome = explore_counts({});
  EXPECT_GT(outcome.accepted, kCheckpoints);
  EXPECT_EQ(outcome.mixed, 0u);
}

TEST(CheckpointExplorer, ALaneNeedsEachOfItsSteps) {
  for (bool Protocol::*step :
       {&Protocol::first_fence, &Protocol::release_checkpoint, &Protocol::acquire_checkpoint,
        &Protocol::acquire_fence, &Protocol::entry_not_in_use}) {
    Protocol protocol;
    protocol.*step = false;
    if (step == &Protocol::first_fence) protocol.second_fence = false;  // it does as well
    EXPECT_GT(explore_lane(protocol, kAllMoves).mixed, 0u);
  }
}

TEST(CheckpointExplorer, TheCountsNeedEachOfTheirSteps) {
  for (bool Protocol::*step :
       {&Protocol::first_fence, &Protocol::second_fence, &Protocol::release_checkpoint,
        &Protocol::acquire_checkpoint, &Protocol::release_undo_of, &Protocol::acquire_undo_of,
        &Protocol::acquire_fence, &Protocol::undo_of_again}) {
    Protocol protocol;
    protocol.*step = false;
    EXPECT_GT(explore_counts(protocol).mixed, 0u);
  }
}

}  // namespace
}  // namespace nanospan::model

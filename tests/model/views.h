// C++20's release/acquire/relaxed memory as views: one writer, one reader, every outcome.
//
// A location is the list of what was ever stored there. A thread's view says how far down each list
// it has got; a message carries the view that its store released. A load may take any message that
// is not older than its thread's view. One run of the reader makes one choice at each load; Choices
// replays the runs until no choice is left. The writer loads nothing, so that its stores are the
// same in every run and may all be made first: a reader that came earlier takes older messages.
// Memory: one run's messages and one list of choices; no set of states is needed.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace nanospan::model {

inline constexpr std::size_t kLocationsMax = 12;

using View = std::array<std::uint8_t, kLocationsMax>;

inline void join(View& into, const View& other) {
  for (std::size_t at = 0; at < kLocationsMax; ++at) into[at] = std::max(into[at], other[at]);
}

enum class Order { kRelaxed, kRelease, kAcquire };

struct Message {
  std::uint32_t value;
  View released;
};

class Memory {
 public:
  Memory() { messages_.fill({Message{0, {}}}); }
  const std::vector<Message>& at(std::size_t location) const { return messages_[location]; }

  void store(std::size_t location, std::uint32_t value, Order order) {
    view_[location] = static_cast<std::uint8_t>(messages_[location].size());
    View released = order == Order::kRelease ? view_ : fenced_;
    released[location] = view_[location];
    messages_[location].push_back({value, released});
  }
  void release_fence() { fenced_ = view_; }

 private:
  std::array<std::vector<Message>, kLocationsMax> messages_;
  View view_{};    // of the writer
  View fenced_{};  // of the writer at its last release fence
};

// All sequences of choices, in the order of an odometer.
class Choices {
 public:
  std::size_t choose(std::size_t options) {
    if (depth_ == taken_.size()) taken_.push_back({0, options});
    return taken_[depth_++].option;
  }
  // False when every run has been made.
  bool next_run() {
    depth_ = 0;
    while (!taken_.empty() && taken_.back().option + 1 == taken_.back().options) taken_.pop_back();
    if (taken_.empty()) return false;
    ++taken_.back().option;
    return true;
  }

 private:
  struct Taken {
    std::size_t option, options;
  };
  std::vector<Taken> taken_;
  std::size_t depth_ = 0;
};

class ReaderThread {
 public:
  ReaderThread(const Memory& memory, Choices& choices) : memory_(memory), choices_(choices) {}

  std::uint32_t load(std::size_t location, Order order) {
    const auto& messages = memory_.at(location);
    const std::size_t oldest = view_[location];
    const std::size_t taken = oldest + choices_.choose(messages.size() - oldest);
    view_[location] = static_cast<std::uint8_t>(taken);
    join(order == Order::kAcquire ? view_ : pending_, messages[taken].released);
    if (order == Order::kAcquire) join(pending_, view_);
    steps_.push_back({location, taken, messages[taken].value});
    return messages[taken].value;
  }
  void acquire_fence() { join(view_, pending_); }

  struct Step {
    std::size_t location, message;
    std::uint32_t value;
  };
  const std::vector<Step>& steps() const { return steps_; }

 private:
  const Memory& memory_;
  Choices& choices_;
  View view_{};     // starts behind everything: any reader, however it got here, sees no more
  View pending_{};  // what relaxed loads saw, until an acquire fence
  std::vector<Step> steps_;
};

}  // namespace nanospan::model

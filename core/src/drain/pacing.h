// How long the drain sleeps: long when nothing happens, short enough that no ring laps it.
//
// Never zero: a reader that spins takes the writer's cache lines from it, at 2 to 4 times the cost
// of a span. Threads: the drain's alone.
#pragma once

#include <chrono>
#include <cstdint>

namespace nanospan::drain {

struct PaceLimits {
  std::chrono::nanoseconds busy_min{100'000};
  std::chrono::nanoseconds idle_max{100'000'000};
};

// What the pass that just ended saw in one lane.
struct LaneLoad {
  std::uint64_t slots_written = 0;  // since the pass before
  std::uint64_t ring_slots = 0;
};

class Pacing {
 public:
  explicit Pacing(PaceLimits limits) noexcept : limits_(limits) {}

  // Once for each lane of a pass, then next_sleep() with the time since the pass before.
  void add(const LaneLoad& lane) noexcept;
  // The next sleep is short: the one before was cut short, so that the rate is not known, or a ring
  // is being made.
  void hurry() noexcept { hurries_ = true; }
  // The time in which the fastest lane fills 3/16 of its ring at the rate just seen: less than the
  // quarter in one sleep at which its writer rings (capture/publish_record.cc); while all are
  // silent twice the time since the pass before, up to the idle maximum: a short pause, or a flush
  // that takes many short passes, does not cost the next burst its ring.
  [[nodiscard]] std::chrono::nanoseconds next_sleep(std::chrono::nanoseconds elapsed) noexcept;
  // All of some last sleeps, together up to 0.4 s, were shorter than half of the idle maximum:
  // getting up costs more than what is read, and a larger ring of the fastest lane would make it
  // rarer.
  [[nodiscard]] bool is_restless() const noexcept { return short_sleeps_ >= kShortSleepsMin; }

 private:
  static constexpr std::uint32_t kShortSleepsMin = 8;

  PaceLimits limits_;
  bool hurries_ = false;
  std::uint32_t short_sleeps_ = 0;  // in a row
  double fullest_ = 0;  // largest share of a ring that was written since the pass before
};

}  // namespace nanospan::drain

#include "drain/loss_log.h"

#include <utility>

#include "base/log.h"
#include "base/sentence.h"

namespace nanospan::drain {
namespace {

const char* was_or_were(std::uint64_t spans) noexcept {
  return spans == 1 ? "was" : "were";
}

}  // namespace

void LossLog::say_trouble(const char* what) noexcept {
  if (trouble_log_.take_turn())
    base::say(
        LogLevel::kError,
        "The drain is in trouble (%s): what it can't hold is counted as refused, and it goes on. "
        "Give the process more memory. Said once a minute.",
        what);
}

void LossLog::say_overwritten() noexcept {
  if (overwritten_unsaid_ == 0 || !overwritten_log_.take_turn()) return;
  const std::uint64_t unsaid = std::exchange(overwritten_unsaid_, 0);
  base::say(
      LogLevel::kWarning,
      "%s %s overwritten before they could be exported, since their threads filled their rings "
      "faster than the drain or an exporter emptied them. Allow larger rings (ring_bytes_max), "
      "or give the drain a processor (drain.cpus). Said once a minute.",
      base::counted(unsaid, "span").c_str(), was_or_were(unsaid));
}

void LossLog::say_no_lane(std::uint64_t lost) noexcept {
  if (lost == no_lane_said_ || !no_lane_log_.take_turn()) return;
  const std::uint64_t unsaid = lost - std::exchange(no_lane_said_, lost);
  base::say(
      LogLevel::kWarning,
      "%s %s lost on threads that could have no lane: the budget or the memory for the region is "
      "used up. Raise budget_bytes, or free memory where the region is (NANOSPAN_DIR). Said once a "
      "minute.",
      base::counted(unsaid, "span").c_str(), was_or_were(unsaid));
}

}  // namespace nanospan::drain

#include "drain/loss_log.h"

#include <utility>

#include "base/sentence.h"

namespace nanospan::drain {
namespace {

const char* was_or_were(std::uint64_t spans) noexcept {
  return spans == 1 ? "was" : "were";
}

}  // namespace

void LossLog::say_trouble(const char* what) noexcept {
  trouble_log_.say(LogLevel::kError, [&] {
    return base::sentence(
        "The drain is in trouble (%s): what it can't hold is counted as refused, and it goes on. "
        "Give the process more memory. Said once a minute.",
        what);
  });
}

void LossLog::say_overwritten() noexcept {
  if (overwritten_unsaid_ == 0) return;
  overwritten_log_.say(LogLevel::kWarning, [&] {
    const std::uint64_t unsaid = std::exchange(overwritten_unsaid_, 0);
    return base::sentence(
        "%s %s overwritten before they could be exported, since their threads filled their rings "
        "faster than the drain or an exporter emptied them. Allow larger rings (ring_bytes_max), "
        "or give the drain a processor (drain.cpus). Said once a minute.",
        base::counted(unsaid, "span").c_str(), was_or_were(unsaid));
  });
}

void LossLog::say_no_lane(std::uint64_t lost) noexcept {
  if (lost == no_lane_said_) return;
  no_lane_log_.say(LogLevel::kWarning, [&] {
    const std::uint64_t unsaid = lost - std::exchange(no_lane_said_, lost);
    return base::sentence(
        "%s %s lost on threads that could have no lane: the budget or the memory for the "
        "region is used up. Raise budget_bytes, or free memory where the region is (NANOSPAN_DIR). "
        "Said once a minute.",
        base::counted(unsaid, "span").c_str(), was_or_were(unsaid));
  });
}

}  // namespace nanospan::drain

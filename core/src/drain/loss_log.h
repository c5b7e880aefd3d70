// LossLog: what the drain says of spans that are lost, each cause once a minute.
//
// Threads: say_trouble() any; the others the drain's.
#pragma once

#include <cstdint>

#include "base/rate_limited_log.h"

namespace nanospan::drain {

class LossLog {
 public:
  // An exception: no memory.
  void say_trouble(const char* what) noexcept;
  // So many more; said with those before that are not said yet.
  void add_overwritten(std::uint64_t spans) noexcept { overwritten_unsaid_ += spans; }
  void say_overwritten() noexcept;
  // So many since the region was made.
  void say_no_lane(std::uint64_t lost) noexcept;

 private:
  std::uint64_t overwritten_unsaid_ = 0, no_lane_said_ = 0;
  base::RateLimitedLog overwritten_log_, no_lane_log_, trouble_log_;
};

}  // namespace nanospan::drain

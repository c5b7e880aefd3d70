// One cause of messages: said at most once a minute, with how often it happened since.
//
// Threads: none; each cause belongs to the thread that meets it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"

namespace nanospan::drain {

class RateLimitedLog {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // `count` of what happened. The number to be said now, or nothing yet.
  std::optional<std::uint64_t> take(std::uint64_t count, TimePoint now) noexcept {
    pending_ += count;
    if (pending_ == 0 || (said_ && now - *said_ < std::chrono::minutes(1))) return std::nullopt;
    said_ = now;
    const std::uint64_t all = pending_;
    pending_ = 0;
    return all;
  }
  // "<count> <what>", as a warning.
  void warn(std::uint64_t count, std::string_view what) {
    if (const auto all = take(count, std::chrono::steady_clock::now()))
      base::log(LogLevel::kWarning, std::to_string(*all) + " " + std::string(what));
  }

 private:
  std::optional<TimePoint> said_;
  std::uint64_t pending_ = 0;
};

}  // namespace nanospan::drain

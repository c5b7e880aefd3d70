// TimeWindow: the last so many seconds of an input; what ended before them is left out.
//
// Threads: none.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "decode/batch_builder.h"
#include "facts/report.h"

namespace nanospan::tools {

// "500ms", "10s", "2m": digits and us, ms, s, m or h.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

class TimeWindow {
 public:
  // All times.
  TimeWindow() = default;
  TimeWindow(std::optional<std::chrono::nanoseconds> last, std::int64_t end_unix_ns);

  [[nodiscard]] bool is_everything() const noexcept {
    return begin_unix_ns_ == std::numeric_limits<std::int64_t>::min();
  }
  [[nodiscard]] bool has(std::int64_t ended_unix_ns) const noexcept {
    return ended_unix_ns >= begin_unix_ns_;
  }
  // Takes out what is older. report.too_old counts it; of a batch, report.spans no longer does.
  void apply(BatchBuilder& batch, ReadReport& report) const;

 private:
  std::int64_t begin_unix_ns_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace nanospan::tools

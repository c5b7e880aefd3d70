#include "facts/time_window.h"

#include <algorithm>
#include <utility>

#include "base/parse.h"

namespace nanospan::tools {
namespace {

constexpr std::pair<std::string_view, std::uint64_t> kUnits[] = {{"us", 1'000},
                                                                 {"ms", 1'000'000},
                                                                 {"s", 1'000'000'000},
                                                                 {"m", 60'000'000'000},
                                                                 {"h", 3'600'000'000'000}};

}  // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  constexpr std::uint64_t kLongestNs = std::numeric_limits<std::int64_t>::max();
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = base::parse_unsigned(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const auto& [name, unit_ns] : kUnits) {
    if (text.substr(digits) != name) continue;
    if (*number > kLongestNs / unit_ns) return std::nullopt;
    return std::chrono::nanoseconds(static_cast<std::int64_t>(*number * unit_ns));
  }
  return std::nullopt;
}

TimeWindow::TimeWindow(std::optional<std::chrono::nanoseconds> last, std::int64_t end_unix_ns) {
  if (last) begin_unix_ns_ = end_unix_ns - std::min<std::int64_t>(last->count(), end_unix_ns);
}

void TimeWindow::apply(BatchBuilder& batch, ReadReport& report) const {
  const std::size_t removed =
      batch.remove_if([this](const SpanRecord& record) { return !has(record.end_unix_ns); });
  report.spans -= removed;
  report.too_old += removed;
}

}  // namespace nanospan::tools

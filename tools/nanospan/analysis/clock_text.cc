#include "analysis/clock_text.h"

#include "terminal/text.h"

namespace nanospan::tools::analysis {
namespace {

std::string signed_time(std::int64_t ns) {
  return (ns < 0 ? "-" : "+") + format_duration(static_cast<std::uint64_t>(ns < 0 ? -ns : ns));
}

}  // namespace

std::string clock_text(const ClockPair& pair) {
  std::string text = "the clock of " + printable(pair.b) + " differs from that of " +
                     printable(pair.a) + " by " + signed_time(pair.low_ns) + " to " +
                     signed_time(pair.high_ns) + ", as " + format_plural(pair.agreeing, "call") +
                     " between them tell; taken as " + signed_time(pair.taken_ns);
  if (pair.agreeing != pair.calls)
    text += " (" + format_plural(pair.calls - pair.agreeing, "call") + " don't agree)";
  return text;
}

nlohmann::ordered_json clock_json(const ClockPair& pair) {
  return {{"a", pair.a},
          {"b", pair.b},
          {"b_minus_a_ns", {pair.low_ns, pair.high_ns}},
          {"taken_ns", pair.taken_ns},
          {"calls", pair.calls},
          {"agreeing", pair.agreeing}};
}

}  // namespace nanospan::tools::analysis

// What a span says beside its line: id and kind, status message, attributes, events, links.
//
// Threads: pure functions. `record` is TraceSet::record(): OTLP's bytes, which have been checked.
// Of a key that comes twice the last value counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace nanospan::tools {

struct DetailOptions {
  // Without `all`: so many are shown of a span, the rest is counted, and lines are cut.
  static constexpr std::size_t kAttributesMax = 24;  // of an event, a link as well
  static constexpr std::size_t kEventsMax = 8;
  static constexpr std::size_t kLinksMax = 8;
  static constexpr std::size_t kValueLinesMax = 6;

  std::size_t columns = 80;
  bool all = false;           // everything; lines that are too long are broken, not cut
  std::int64_t trace_ns = 0;  // events are told by their time since then, ...
  std::int64_t shift_ns = 0;  // ... on the clock that the span is shown by
};
// Without line feeds, `columns` wide at most.
[[nodiscard]] std::vector<std::string> detail_lines(std::string_view record,
                                                    const DetailOptions& options);
// Adds "kind", "attributes", "events", "links" and what was dropped; times as recorded.
void add_details(std::string_view record, nlohmann::ordered_json& to);

}  // namespace nanospan::tools

// WhatIf: "had this callsite been faster": a callsite and a factor, as a person writes it.
//
// SERVICE/SPAN=FACTOR, or SPAN=FACTOR for that span in every service. The factor scales what the
// span does itself (retiming.h).
// Threads: pure functions. Errors: a sentence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/trace_set.h"
#include "nanospan/status.h"

namespace nanospan::tools::analysis {

struct WhatIf {
  static constexpr double kFactorMax = 1000;

  std::string text;  // as it was written
  std::string callsite;
  double factor = 1;
};
[[nodiscard]] Result<WhatIf> parse_what_if(const std::string& text);

// Whether a person who wrote `wanted` means this one.
[[nodiscard]] bool is_named(const TraceSet& set, CallsiteId callsite, std::string_view wanted);
[[nodiscard]] std::vector<CallsiteId> find_callsites(const TraceSet& set, std::string_view wanted);

}  // namespace nanospan::tools::analysis

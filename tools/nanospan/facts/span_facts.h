// SpanFacts: what one span of a region says, for a line on a screen and for JSON.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "nanospan/span_batch.h"

namespace nanospan::tools {

struct SpanFacts {
  std::string name, trace_id, span_id, parent_span_id;  // parent: "" of a root
  std::string thread;           // its name, else its number; "-": a detached span's
  std::uint64_t thread_id = 0;  // 0: as above
  std::uint64_t age_ns = 0;
  nlohmann::ordered_json attributes = nlohmann::ordered_json::object();

  // a=1 b=x
  [[nodiscard]] std::string attribute_text() const;
};

[[nodiscard]] SpanFacts span_facts(const SpanView& span);
[[nodiscard]] nlohmann::ordered_json span_json(const SpanFacts& facts);

}  // namespace nanospan::tools

// RegionFacts: what a region says about its process, collected once, for screen and JSON alike.
//
// Of a live region the counters move while they are read, so an equation may be off by what
// happened meanwhile; of a dead one it must be exact. Threads: none.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "facts/report.h"
#include "facts/span_facts.h"
#include "nanospan/recorder.h"
#include "recovery/region_file.h"

namespace nanospan::tools {

struct LaneFacts {
  std::uint32_t index = 0;
  bool damaged = false;  // its entry in the table leads nowhere
  bool leased = false;
  std::uint64_t thread_id = 0;
  std::string thread_name;
  std::uint64_t ring_bytes = 0;
  std::uint64_t records = 0;
  std::uint64_t unconfirmed = 0;  // records that the drain has not confirmed
  std::uint64_t open = 0;
  std::uint64_t tenants = 0;  // threads that have had it
  std::uint64_t started = 0, sampled_out = 0, busy = 0, too_deep = 0, abandoned = 0;
  std::uint64_t clipped = 0, overwritten = 0;
};

// What the region counts beside spans, and of the spans that no lane counts.
struct RegionCounts {
  std::uint64_t definitions = 0, definition_bytes = 0, definitions_refused = 0;
  std::uint64_t used_bytes = 0, rings_not_grown = 0, detached_chunks = 0, anchors = 0;
  std::uint64_t laneless_started = 0, laneless_sampled_out = 0, laneless_committed = 0;
  std::uint64_t laneless_abandoned = 0;
  std::uint64_t recovery_attempts = 0;
};

struct RegionFacts {
  std::string path, service;
  std::uint32_t version_major = 0, version_minor = 0;
  std::uint64_t pid = 0, bytes = 0;
  std::uint64_t damaged = 0;  // records that do not check, as of now
  bool alive = false, being_recovered = false, closed = false;
  std::int64_t created_unix_ns = 0, last_sign_unix_ns = 0;
  std::vector<LaneFacts> lanes;
  std::vector<SpanFacts> in_flight;  // the oldest first
  nanospan::Accounting accounting;
  RegionCounts counts;
  std::optional<CrashSummary> crash;

  // started = in flight + sampled out + lost + committed
  [[nodiscard]] std::uint64_t accounted_started() const noexcept;
  // committed = delivered + refused + unexported + overwritten + damaged + in export + in ring
  [[nodiscard]] std::uint64_t accounted_committed() const noexcept;
};

// Slots read and of how many, records so far: it reads all that the rings hold, for its damage.
using FactsProgress = std::function<void(std::uint64_t, std::uint64_t, std::uint64_t)>;
[[nodiscard]] RegionFacts collect_facts(const recovery::RegionFile& file,
                                        const FactsProgress& on_progress = {});

}  // namespace nanospan::tools

// Profile: what is known of the requests of one kind, with names instead of numbers: what tables,
// JSON, the cause and a comparison are made from.
//
// Requests are of one kind if they have the same root callsite. The fast ones took about the
// median: between the 40th and the 60th percentile; the slow ones the P99 or longer. Percentiles
// are by nearest rank: of n requests the one at place ceil(p n).
// Threads: none. Memory: of the tables, and RequestTree::kNodeBytes a span of the largest request;
// a request that has no room left under the set's limit is left out and counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/tally.h"
#include "analysis/what_if.h"

namespace nanospan::tools::analysis {

struct SpanName {
  std::string service, name;
  bool operator==(const SpanName&) const = default;
};

struct RequestKind {
  SpanName root;
  std::uint64_t requests = 0;
  std::int64_t p50_ns = 0, p99_ns = 0;
  double total_ns = 0;
};

// Nanoseconds a request, on average over the class.
struct Means {
  double all = 0, fast = 0, slow = 0;
  [[nodiscard]] double slower() const noexcept { return slow - fast; }
};
struct SectionRow {
  SpanName span;
  SpanName client;  // of a gap; else ""
  SectionKind kind;
  Means time;
  bool is_one_host = false;  // of a gap: client and server name the same
};
struct CallsiteRow {
  SpanName span;
  std::uint64_t calls = 0, on_path = 0;
  Means own, below, drag;
  double slack_mean_ns = 0;
  std::int64_t slack_min_ns = 0;
};
struct PathRow {
  std::vector<SpanName> path;  // from the root; empty: all beyond Tally::kPathsMax
  std::uint64_t calls = 0;
  Means own;
};
struct WhatIfRow {
  std::string text;
  bool is_total = false;        // all of them together
  std::uint32_t callsites = 0;  // that it names, in the set
  std::int64_t p50_ns = 0, p99_ns = 0;
};

struct Profile {
  static constexpr std::size_t kPathsNamed = 1000;
  static constexpr std::size_t kPathNamesMax = 100;  // the lowest

  RequestKind kind;
  std::vector<RequestKind> other_kinds;  // those with the most time first
  std::int64_t shortest_ns = 0, longest_ns = 0;
  std::uint64_t fast = 0, slow = 0;  // requests
  Means duration;
  std::vector<SectionRow> sections;    // those that make the slow ones slower first
  std::vector<CallsiteRow> callsites;  // those with the most own time first
  std::vector<PathRow> paths;          // the same
  std::vector<WhatIfRow> what_ifs;     // as asked for; of several, the last is all together
  std::uint64_t drags_left_out = 0;
  // What the numbers rest on.
  std::uint64_t spans = 0, traces = 0, requests = 0;
  std::uint64_t refused = 0, without_id = 0, bad_times = 0, too_large = 0;
  TreeOddities trees;
  RequestOddities in_requests;  // of this kind
  std::vector<ClockPair> clocks;
};

struct ProfileOptions {
  std::string root;  // a callsite, as WhatIf names it; "": the kind with the most time
  std::vector<WhatIf> what_ifs;
};

// Nothing: there is no request, or none of that root.
[[nodiscard]] std::optional<Profile> make_profile(const TraceSet& set,
                                                  const ProfileOptions& options);

// Sorts. p: 0 to 1. There is at least one value.
[[nodiscard]] std::int64_t percentile(std::vector<std::int64_t>& values, double p);

}  // namespace nanospan::tools::analysis

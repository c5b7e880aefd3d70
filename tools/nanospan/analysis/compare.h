// Comparison: two sets of the same requests (before and after a change), by callsite and by path.
//
// `before` is the set that was named first, `after` the other; a row's change is after minus
// before, on average over all requests of each.
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "analysis/profile.h"

namespace nanospan::tools::analysis {

struct ChangeRow {
  std::vector<SpanName> path;  // of a callsite: it alone
  double before_ns = 0, after_ns = 0;
  bool is_in_before = false, is_in_after = false;
  [[nodiscard]] double change_ns() const noexcept { return after_ns - before_ns; }
};

struct Comparison {
  RequestKind before, after;
  double before_mean_ns = 0, after_mean_ns = 0;
  // Own time on the path; the largest changes first.
  std::vector<ChangeRow> callsites, paths;
};

[[nodiscard]] Comparison compare(const Profile& before, const Profile& after);

}  // namespace nanospan::tools::analysis

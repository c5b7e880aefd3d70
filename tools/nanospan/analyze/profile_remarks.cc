#include <algorithm>

#include "analysis/clock_text.h"
#include "analyze/profile_render.h"
#include "terminal/text.h"

namespace nanospan::tools::analysis {
namespace {

class Remarks {
 public:
  void add(std::uint64_t count, std::string_view noun, std::string_view what) {
    if (count != 0) text_ += format_plural(count, noun) + " " + std::string(what) + "\n";
  }
  void add(const std::string& line) { text_ += line + "\n"; }
  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

void add_clocks(const Profile& profile, Remarks& remarks) {
  constexpr std::size_t kClocks = 8;
  std::size_t shown = 0;
  for (const ClockPair& pair : profile.clocks) {
    if (pair.taken_ns == 0 || shown++ == kClocks) break;
    remarks.add(clock_text(pair));
  }
}

}  // namespace

std::string render_remarks(const Profile& profile) {
  const TreeOddities& trees = profile.trees;
  const RequestOddities& odd = profile.in_requests;
  Remarks remarks;
  remarks.add(profile.refused, "span", "did not fit in memory and are left out; see --memory-max");
  remarks.add(profile.too_large, "request", "did not fit in memory and are left out");
  remarks.add(profile.without_id, "span", "left out: without an id");
  remarks.add(profile.bad_times, "time", "beyond the year 2116, taken as its beginning");
  remarks.add(trees.duplicates, "span", "came twice; counted once");
  remarks.add(trees.orphans, "span",
              "without their parents, of which at least " + format_count(trees.missing_parents) +
                  " are missing (dropped, late, or not in the input)");
  remarks.add(trees.cycles, "circle", "of parents, cut open");
  remarks.add(trees.negative, "span", "ended before they started; taken to last no time");
  remarks.add(trees.unfinished, "span", "had not ended");
  remarks.add(trees.traces_without_root, "trace",
              "without a root; the longest span whose parent is missing stands in");
  remarks.add(trees.traces_with_roots, "trace", "with several roots, each taken as a request");
  remarks.add(trees.unfinished_requests, "request", "left out: had not ended");
  remarks.add(trees.negative_requests, "request", "left out: ended before it started");
  remarks.add(trees.endless_requests, "request", "left out: longer than 52 days");
  add_clocks(profile, remarks);
  if (odd.moved != 0)
    remarks.add(format_plural(odd.moved, "server span") + " moved into their calls, by up to " +
                format_duration(static_cast<std::uint64_t>(odd.moved_ns_max)) +
                ": where in them, nothing tells");
  remarks.add(odd.outside, "span", "wholly outside their parents (late?), not on any path");
  remarks.add(odd.cut, "span", "cut where their parents start or end");
  remarks.add(odd.detached, "consumer", "left out that outlive their producers");
  if (profile.kind.requests < 100)
    remarks.add("fewer than 100 requests: the P99 is the slowest of them");
  return std::move(remarks).text();
}

}  // namespace nanospan::tools::analysis

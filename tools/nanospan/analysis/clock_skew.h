// ClockSkew: how far the hosts' clocks are apart, as far as the calls between them tell.
//
// A client's span encloses the server's. Of a call from a to b the difference "b's clock minus
// a's" is therefore between (server end - client end) and (server start - client start); the
// differences that all calls of a pair allow are an interval. Where 0 is in it nothing is shifted;
// else the middle of it is taken, which is right when a request and its response take equally long
// (as NTP has it, RFC 5905), and wrong by half the interval at most. Where no difference satisfies
// all calls (a clock that drifts or was set), the one that most calls allow is taken, and how many.
// A clock is a host's (host.name), else, where a resource names none, a service's.
// Threads: none. Memory: TraceSet::kCallAnalysisBytes a call while it is made, which the set has
// counted; next to nothing then. Limits: kClocksMax, the others are not shifted; calls that failed,
// did not end, or whose server took longer than its client say nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/trace_trees.h"

namespace nanospan::tools::analysis {

// Nanoseconds to add to a's clock to have b's.
struct ClockPair {
  std::string a, b;
  std::int64_t low_ns = 0, high_ns = 0;
  std::int64_t taken_ns = 0;  // what the spans were shifted by, against each other
  std::uint64_t calls = 0;
  std::uint64_t agreeing = 0;  // calls that allow the interval
};

class ClockSkew {
 public:
  static constexpr std::uint32_t kClocksMax = 1024;

  explicit ClockSkew(const TraceTrees& trees);

  // To be subtracted from the span's times.
  [[nodiscard]] std::int64_t offset_ns(const SpanRow& span) const {
    return is_needed_ ? offsets_[clock_of(span)] : 0;
  }
  [[nodiscard]] bool share_clock(const SpanRow& a, const SpanRow& b) const {
    return name_of(a) == name_of(b);
  }
  // Both name one; else nothing is known.
  [[nodiscard]] static bool share_host(const SpanRow& a, const SpanRow& b) noexcept {
    return a.host == b.host && a.host != kEmptyString;
  }
  // The host's, else the service's.
  [[nodiscard]] std::string_view clock_name(const SpanRow& span) const {
    return set_.text(name_of(span).text);
  }
  // Those that were shifted against each other first, then the widest intervals.
  [[nodiscard]] const std::vector<ClockPair>& pairs() const noexcept { return pairs_; }
  [[nodiscard]] bool is_shifted() const noexcept { return is_needed_; }

 private:
  struct ClockName {
    StringId text;
    bool is_host;
    bool operator==(const ClockName&) const = default;
  };
  struct Bound {
    std::uint32_t pair;
    std::int64_t low_ns, high_ns;
  };
  struct Pair {
    std::uint32_t a, b;
    std::int64_t low_ns, high_ns;
    std::uint64_t calls, agreeing;
    [[nodiscard]] std::int64_t theta_ns() const;
  };

  [[nodiscard]] ClockName name_of(const SpanRow& span) const;
  [[nodiscard]] std::uint32_t clock_of(const SpanRow& span) const;
  std::uint32_t add_clock(const SpanRow& span);
  template <typename Take>
  void for_each_call(const TraceTrees& trees, Take&& take) const;
  void add_bound(const SpanRow& client, const SpanRow& server);
  void settle_disagreements();
  void find_offsets(std::vector<std::uint64_t> spans_of_clock);
  void name_pairs();

  const TraceSet& set_;
  std::vector<ClockName> clocks_;
  SlotTable clock_index_;
  std::vector<Bound> bounds_;
  std::vector<Pair> found_;
  SlotTable pair_index_;
  std::vector<std::int64_t> offsets_;  // by clock; the last: of all beyond kClocksMax
  bool is_needed_ = false;
  std::vector<ClockPair> pairs_;
};

}  // namespace nanospan::tools::analysis

#include "analysis/clock_skew.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

namespace nanospan::tools::analysis {
namespace {

constexpr std::int64_t kUnbounded = std::int64_t{1} << 62;
// 26 days: clocks further apart are not set at all, and sums of kClocksMax of these stay small.
constexpr std::int64_t kApartMax = std::int64_t{1} << 51;

std::uint64_t hash_pair(std::uint32_t a, std::uint32_t b) {
  return mix_bits(std::uint64_t{a} << 32 | b);
}

// What is added to the client's clock for the server's: from, to.
std::pair<std::int64_t, std::int64_t> apart(const SpanRow& client, const SpanRow& server) {
  return {server.end_ns - client.end_ns, server.start_ns - client.start_ns};
}

bool is_telling(const SpanRow& client, const SpanRow& server) {
  const bool both_ended = ((client.flags | server.flags) & analysis_flag::kUnfinished) == 0;
  const auto [low_ns, high_ns] = apart(client, server);
  // A client that gave up ends before its server.
  return both_ended && client.status != StatusCode::kError && low_ns <= high_ns &&
         low_ns >= -kApartMax && high_ns <= kApartMax && server.end_ns >= server.start_ns;
}

struct Agreement {
  std::int64_t low_ns = 0, high_ns = 0;
  std::uint64_t calls = 0;
};

// The interval that most of them contain; the first of several.
template <typename Bounds>
Agreement most_agreed(const Bounds& bounds) {
  struct Edge {
    std::int64_t at_ns;
    int step;
  };
  std::vector<Edge> edges;
  edges.reserve(2 * bounds.size());
  for (const auto& bound : bounds) {
    edges.push_back({bound.low_ns, +1});
    edges.push_back({bound.high_ns, -1});
  }
  // At one place, those that begin come before those that end: both contain it.
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
    return a.at_ns != b.at_ns ? a.at_ns < b.at_ns : a.step > b.step;
  });
  Agreement best;
  std::int64_t open = 0;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    open += edges[i].step;
    if (edges[i].step < 0 || open <= static_cast<std::int64_t>(best.calls)) continue;
    // What follows a deepest beginning is an end.
    best = {edges[i].at_ns, edges[i + 1].at_ns, static_cast<std::uint64_t>(open)};
  }
  return best;
}

// Clocks whose difference is known, joined; each knows how far it is from its group's.
class Groups {
 public:
  explicit Groups(std::size_t clocks) : above_(clocks), offset_ns_(clocks, 0) {
    std::iota(above_.begin(), above_.end(), 0U);
  }
  std::uint32_t find(std::uint32_t clock) {
    std::uint32_t top = clock;
    std::int64_t sum = 0;
    for (; above_[top] != top; top = above_[top]) sum += offset_ns_[top];
    for (std::uint32_t at = clock; above_[at] != at;) {
      const std::uint32_t next = above_[at];
      const std::int64_t own = offset_ns_[at];
      above_[at] = top;
      offset_ns_[at] = sum;
      sum -= own;
      at = next;
    }
    return top;
  }
  // From its group's clock, as find() left it.
  [[nodiscard]] std::int64_t offset_ns(std::uint32_t clock) const { return offset_ns_[clock]; }
  // b = a + theta. False: known already.
  bool join(std::uint32_t a, std::uint32_t b, std::int64_t theta_ns) {
    const std::uint32_t top_a = find(a);
    const std::uint32_t top_b = find(b);
    if (top_a == top_b) return false;
    offset_ns_[top_b] = offset_ns_[a] + theta_ns - offset_ns_[b];
    above_[top_b] = top_a;
    return true;
  }

 private:
  std::vector<std::uint32_t> above_;
  std::vector<std::int64_t> offset_ns_;
};

}  // namespace

ClockSkew::ClockSkew(const TraceTrees& trees) : set_(trees.set()) {
  // Counted before: bounds that grew as they came would need three times their room.
  std::size_t calls = 0;
  for_each_call(trees, [&](const SpanRow&, const SpanRow&) { ++calls; });
  bounds_.reserve(calls);
  for_each_call(
      trees, [this](const SpanRow& client, const SpanRow& server) { add_bound(client, server); });
  settle_disagreements();
  is_needed_ = std::any_of(found_.begin(), found_.end(),
                           [](const Pair& pair) { return pair.theta_ns() != 0; });
  offsets_.assign(clocks_.size() + 1, 0);
  if (is_needed_) {
    std::vector<std::uint64_t> spans(clocks_.size() + 1, 0);
    for (std::uint32_t row = 0; row < set_.size(); ++row) ++spans[clock_of(set_[row])];
    find_offsets(std::move(spans));
  }
  name_pairs();
}

std::int64_t ClockSkew::Pair::theta_ns() const {
  if (low_ns <= 0 && high_ns >= 0) return 0;
  return low_ns + (high_ns - low_ns) / 2;
}

ClockSkew::ClockName ClockSkew::name_of(const SpanRow& span) const {
  return span.host != kEmptyString ? ClockName{span.host, true}
                                   : ClockName{set_.service_of(span), false};
}

std::uint32_t ClockSkew::clock_of(const SpanRow& span) const {
  const ClockName name = name_of(span);
  const auto found =
      clock_index_.find(hash_pair(static_cast<std::uint32_t>(name.text), name.is_host ? 1 : 0),
                        [&](std::uint32_t at) { return clocks_[at] == name; });
  return found != SlotTable::kNone ? found : static_cast<std::uint32_t>(clocks_.size());
}

std::uint32_t ClockSkew::add_clock(const SpanRow& span) {
  const std::uint32_t known = clock_of(span);
  if (known != clocks_.size()) return known;
  if (clocks_.size() == kClocksMax) return SlotTable::kNone;
  clocks_.push_back(name_of(span));
  clock_index_.insert(known, [this](std::uint32_t at) {
    return hash_pair(static_cast<std::uint32_t>(clocks_[at].text), clocks_[at].is_host ? 1 : 0);
  });
  return known;
}

// Those that say something.
template <typename Take>
void ClockSkew::for_each_call(const TraceTrees& trees, Take&& take) const {
  for (std::uint32_t trace = 0; trace < set_.trace_count(); ++trace) {
    const auto [first, last] = trees.places(trace);
    for (std::uint32_t place = first; place < last; ++place) {
      if (trees.parent(place) == TraceTrees::kNone) continue;
      const SpanRow& server = trees.span(place);
      const SpanRow& client = trees.span(trees.parent(place));
      if (server.kind == SpanKind::kServer && client.kind == SpanKind::kClient &&
          is_telling(client, server) && !share_clock(client, server))
        take(client, server);
    }
  }
}

void ClockSkew::add_bound(const SpanRow& client, const SpanRow& server) {
  const auto [low_ns, high_ns] = apart(client, server);
  const std::uint32_t of_client = add_clock(client);
  const std::uint32_t of_server = add_clock(server);
  if (of_client == SlotTable::kNone || of_server == SlotTable::kNone) return;
  const std::uint32_t a = std::min(of_client, of_server);
  const std::uint32_t b = std::max(of_client, of_server);
  auto at = pair_index_.find(
      hash_pair(a, b), [&](std::uint32_t row) { return found_[row].a == a && found_[row].b == b; });
  if (at == SlotTable::kNone) {
    at = static_cast<std::uint32_t>(found_.size());
    found_.push_back({a, b, -kUnbounded, kUnbounded, 0, 0});
    pair_index_.insert(
        at, [this](std::uint32_t row) { return hash_pair(found_[row].a, found_[row].b); });
  }
  const Bound bound = of_client == a ? Bound{at, low_ns, high_ns} : Bound{at, -high_ns, -low_ns};
  Pair& pair = found_[at];
  pair.low_ns = std::max(pair.low_ns, bound.low_ns);
  pair.high_ns = std::min(pair.high_ns, bound.high_ns);
  pair.agreeing = ++pair.calls;
  bounds_.push_back(bound);
}

void ClockSkew::settle_disagreements() {
  const bool is_settled = std::all_of(found_.begin(), found_.end(),
                                      [](const Pair& pair) { return pair.low_ns <= pair.high_ns; });
  if (!is_settled) {
    // In place; most_agreed() does not ask for their order.
    std::sort(bounds_.begin(), bounds_.end(),
              [](const Bound& a, const Bound& b) { return a.pair < b.pair; });
    for (auto first = bounds_.begin(); first != bounds_.end();) {
      Pair& pair = found_[first->pair];
      const auto last = first + static_cast<std::ptrdiff_t>(pair.calls);
      if (pair.low_ns > pair.high_ns) {
        const Agreement agreed = most_agreed(std::span(first, last));
        pair.low_ns = agreed.low_ns;
        pair.high_ns = agreed.high_ns;
        pair.agreeing = agreed.calls;
      }
      first = last;
    }
  }
  bounds_ = {};
}

void ClockSkew::find_offsets(std::vector<std::uint64_t> spans_of_clock) {
  std::vector<const Pair*> surest;
  for (const Pair& pair : found_) surest.push_back(&pair);
  std::sort(surest.begin(), surest.end(), [](const Pair* a, const Pair* b) {
    return a->high_ns - a->low_ns < b->high_ns - b->low_ns;
  });
  Groups groups(clocks_.size());
  for (const Pair* const pair : surest) groups.join(pair->a, pair->b, pair->theta_ns());
  // Of each group, the clock with the most spans stays as it is.
  std::vector<std::uint32_t> kept(clocks_.size(), SlotTable::kNone);
  for (std::uint32_t clock = 0; clock < clocks_.size(); ++clock) {
    std::uint32_t& best = kept[groups.find(clock)];
    if (best == SlotTable::kNone || spans_of_clock[clock] > spans_of_clock[best]) best = clock;
  }
  for (std::uint32_t clock = 0; clock < clocks_.size(); ++clock)
    offsets_[clock] = groups.offset_ns(clock) - groups.offset_ns(kept[groups.find(clock)]);
}

void ClockSkew::name_pairs() {
  for (const Pair& pair : found_) {
    ClockPair named{std::string(set_.text(clocks_[pair.a].text)),
                    std::string(set_.text(clocks_[pair.b].text)),
                    pair.low_ns,
                    pair.high_ns,
                    offsets_[pair.b] - offsets_[pair.a],
                    pair.calls,
                    pair.agreeing};
    pairs_.push_back(std::move(named));
  }
  std::stable_sort(pairs_.begin(), pairs_.end(), [](const ClockPair& a, const ClockPair& b) {
    if ((a.taken_ns != 0) != (b.taken_ns != 0)) return a.taken_ns != 0;
    return a.high_ns - a.low_ns > b.high_ns - b.low_ns;
  });
}

}  // namespace nanospan::tools::analysis

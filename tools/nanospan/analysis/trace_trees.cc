#include "analysis/trace_trees.h"

#include <algorithm>
#include <bit>

namespace nanospan::tools::analysis {
namespace {

enum Walked : std::uint8_t { kNot, kNow, kDone };

}  // namespace

TraceTrees::TraceTrees(const TraceSet& set) : set_(set) {
  sort_by_trace();
  for (std::uint32_t trace = 0; trace < set_.trace_count(); ++trace) {
    drop_duplicates(trace);
    find_parents(trace);
    cut_cycles(trace);
    find_requests(trace);
    spans_ += kept_[trace];
  }
}

void TraceTrees::sort_by_trace() {
  kept_.assign(set_.trace_count(), 0);
  for (std::uint32_t row = 0; row < set_.size(); ++row)
    ++kept_[static_cast<std::size_t>(set_[row].trace)];
  first_.resize(set_.trace_count());
  std::uint32_t at = 0;
  for (std::uint32_t trace = 0; trace < set_.trace_count(); ++trace) {
    first_[trace] = at;
    at += kept_[trace];
    kept_[trace] = 0;
  }
  rows_.resize(set_.size());
  for (std::uint32_t row = 0; row < set_.size(); ++row) {
    const auto trace = static_cast<std::size_t>(set_[row].trace);
    rows_[first_[trace] + kept_[trace]++] = row;
  }
  parents_.assign(set_.size(), kNone);
}

void TraceTrees::reset_ids(std::uint32_t spans) {
  id_slots_.assign(std::bit_ceil(std::size_t{spans} * 2), kNone);
}

// kNone: not there, and `slot` is where it belongs.
std::uint32_t TraceTrees::find_id(std::uint64_t span_id, std::uint64_t& slot) const {
  const std::uint64_t mask = id_slots_.size() - 1;
  for (slot = mix_bits(span_id) & mask;; slot = (slot + 1) & mask) {
    const std::uint32_t place = id_slots_[slot];
    if (place == kNone || span(place).span_id == span_id) return place;
  }
}

void TraceTrees::drop_duplicates(std::uint32_t trace) {
  const auto [first, last] = places(trace);
  reset_ids(last - first);
  std::uint32_t end = first;
  for (std::uint32_t place = first; place < last; ++place) {
    const std::uint32_t row = rows_[place];
    std::uint64_t slot = 0;
    const std::uint32_t known = find_id(set_[row].span_id, slot);
    if (known == kNone) {
      rows_[end] = row;
      id_slots_[slot] = end++;
      continue;
    }
    ++oddities_.duplicates;
    if (is_unfinished(span(known)) && !is_unfinished(set_[row])) rows_[known] = row;
  }
  kept_[trace] = end - first;
}

void TraceTrees::find_parents(std::uint32_t trace) {
  const auto [first, last] = places(trace);
  missing_.clear();
  for (std::uint32_t place = first; place < last; ++place) {
    const SpanRow& child = span(place);
    if (child.end_ns < child.start_ns) ++oddities_.negative;
    if (is_unfinished(child)) ++oddities_.unfinished;
    if (child.parent_id == 0) continue;
    std::uint64_t slot = 0;
    parents_[place] = find_id(child.parent_id, slot);
    if (parents_[place] == kNone) missing_.push_back(child.parent_id);
  }
  oddities_.orphans += missing_.size();
  std::sort(missing_.begin(), missing_.end());
  oddities_.missing_parents +=
      static_cast<std::uint64_t>(std::unique(missing_.begin(), missing_.end()) - missing_.begin());
}

void TraceTrees::cut_cycles(std::uint32_t trace) {
  const auto [first, last] = places(trace);
  walked_.assign(last - first, kNot);
  for (std::uint32_t place = first; place < last; ++place) {
    std::uint32_t at = place;
    for (; at != kNone && walked_[at - first] == kNot; at = parents_[at])
      walked_[at - first] = kNow;
    const bool is_cycle = at != kNone && walked_[at - first] == kNow;
    const std::uint32_t on_cycle = at;
    for (at = place; at != kNone && walked_[at - first] == kNow; at = parents_[at])
      walked_[at - first] = kDone;
    if (is_cycle) cut_open(on_cycle);
  }
}

void TraceTrees::cut_open(std::uint32_t on_cycle) {
  ++oddities_.cycles;
  std::uint32_t earliest = on_cycle;
  for (std::uint32_t at = parents_[on_cycle]; at != on_cycle; at = parents_[at]) {
    if (span(at).start_ns < span(earliest).start_ns) earliest = at;
  }
  parents_[earliest] = kNone;
}

void TraceTrees::find_requests(std::uint32_t trace) {
  const auto [first, last] = places(trace);
  const std::size_t before = requests_.size();
  std::uint32_t roots = 0;
  std::uint32_t longest = kNone;
  for (std::uint32_t place = first; place < last; ++place) {
    if (parents_[place] != kNone) continue;
    if (longest == kNone || duration_of(span(place)) > duration_of(span(longest))) longest = place;
    if (span(place).parent_id != 0) continue;
    ++roots;
    add_request(place);
  }
  if (roots > 1) ++oddities_.traces_with_roots;
  if (roots != 0 || longest == kNone || requests_.size() != before) return;
  ++oddities_.traces_without_root;
  add_request(longest);
}

void TraceTrees::add_request(std::uint32_t place) {
  if (is_unfinished(span(place)))
    ++oddities_.unfinished_requests;
  else if (span(place).end_ns < span(place).start_ns)
    ++oddities_.negative_requests;
  else if (duration_of(span(place)) > kRequestMaxNs)
    ++oddities_.endless_requests;
  else
    requests_.push_back(place);
}

}  // namespace nanospan::tools::analysis

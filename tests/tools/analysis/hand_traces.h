// Traces written by hand: spans by name, times in whole units.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/critical_path.h"
#include "analysis/retiming.h"

namespace nanospan::tools::analysis::testing {

inline constexpr std::uint64_t kBaseNs = 1'700'000'000'000'000'000;

// "A": its id and parent are looked up by name, which are unique in a trace.
struct HandSpan {
  std::string name = {};
  std::string parent = {};  // "": a root
  std::int64_t start = 0, end = 0;
  SpanKind kind = SpanKind::kInternal;
  std::string service = "S";
  StatusCode status = StatusCode::kUnset;
  std::uint32_t resend_count = 0;
  std::uint8_t flags = 0;
  std::string host = {};
  std::string span_name = {};  // "": as `name`
};

class HandTraces {
 public:
  explicit HandTraces(std::uint64_t unit_ns = 1) : unit_ns_(unit_ns) {}

  // Ids are numbered on; a parent that no span of the trace has is an id that is not there.
  void add_trace(const std::vector<HandSpan>& spans) {
    ++trace_;
    std::map<std::string, std::uint64_t> ids;
    for (const HandSpan& span : spans) ids.try_emplace(span.name, ++last_id_);
    for (const HandSpan& from : spans) {
      NewSpan span;
      span.trace = {1, trace_};
      span.span_id = ids[from.name];
      if (!from.parent.empty())
        span.parent_id = ids.count(from.parent) != 0 ? ids[from.parent] : ++last_id_;
      span.start_unix_ns = at(from.start);
      span.end_unix_ns = at(from.end);
      span.service = set.intern(from.service);
      span.name = set.intern(from.span_name.empty() ? from.name : from.span_name);
      span.host = set.intern(from.host);
      span.kind = from.kind;
      span.status = from.status;
      span.resend_count = from.resend_count;
      span.flags = from.flags;
      set.add(span);
    }
  }

  TraceSet set;

 private:
  [[nodiscard]] std::uint64_t at(std::int64_t units) const {
    return kBaseNs + static_cast<std::uint64_t>(units) * unit_ns_;
  }

  std::uint64_t unit_ns_;
  std::uint64_t trace_ = 0;
  std::uint64_t last_id_ = 0;
};

// The first request of a set, whole.
class Worked {
 public:
  explicit Worked(const TraceSet& set) : trees(set), skew(trees), tree(trees, skew) {
    tree.build(trees.requests().at(0));
    path.find(tree);
    retiming.begin(tree);
  }
  [[nodiscard]] std::string name(std::uint32_t node) const {
    return std::string(trees.set().text(trees.set().callsite(tree.span(node).callsite).name));
  }
  // "own A", "request_gap B", ...: how long, over the path.
  [[nodiscard]] std::map<std::string, std::int64_t> sections() const {
    std::map<std::string, std::int64_t> sums;
    for (const Section& part : path.sections())
      sums[std::string(section_name(part.kind)) + " " + name(part.node)] += part.duration_ns();
    return sums;
  }
  // By name: the time of the path that is in the span and in none of its children.
  [[nodiscard]] std::map<std::string, std::int64_t> own() const {
    std::map<std::string, std::int64_t> sums;
    for (const Section& part : path.sections())
      sums[name(owner_of(part, tree))] += part.duration_ns();
    return sums;
  }
  [[nodiscard]] std::vector<std::string> nodes() const {
    std::vector<std::string> names;
    for (const std::uint32_t node : path.nodes()) names.push_back(name(node));
    return names;
  }
  [[nodiscard]] std::map<std::string, std::int64_t> slacks() {
    std::map<std::string, std::int64_t> by_name;
    const auto& slacks_ns = retiming.slacks_ns();
    for (std::uint32_t node = 0; node < tree.size(); ++node) by_name[name(node)] = slacks_ns[node];
    return by_name;
  }
  [[nodiscard]] std::int64_t drag(const std::string& span_name) {
    for (std::uint32_t node = 0; node < tree.size(); ++node) {
      if (name(node) == span_name)
        return tree[0].duration_ns() - retiming.duration_without_ns(tree.span(node).callsite);
    }
    return -1;
  }

  TraceTrees trees;
  ClockSkew skew;
  RequestTree tree;
  CriticalPath path;
  Retiming retiming;
};

}  // namespace nanospan::tools::analysis::testing

#include "view/view_json.h"

#include <nlohmann/json.hpp>

#include "analysis/clock_text.h"
#include "view/span_details.h"

namespace nanospan::tools {
namespace {

using Json = nlohmann::ordered_json;
using analysis::ShownTrace;
using analysis::TraceList;
using analysis::TraceSet;
using analysis::TraceSummary;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json trace_json(const TraceSet& set, const TraceList& list, std::size_t rank) {
  const TraceSummary summary = list.summary(rank);
  const analysis::Callsite root = set.callsite(list.root_row(rank).callsite);
  return {{"trace_id", hex_of(list.key(rank))}, {"service", set.text(root.service)},
          {"root", set.text(root.name)},        {"duration_ns", summary.duration_ns},
          {"services", summary.services},       {"errors", summary.errors},
          {"unfinished", summary.unfinished},   {"span_count", summary.spans}};
}

Json span_json(const ShownTrace& trace, std::uint32_t index, bool with_details) {
  const analysis::SpanRow& row = trace.row(index);
  const analysis::ShownSpan& span = trace[index];
  Json out{{"span_id", analysis::hex_of(row.span_id)},
           {"parent_span_id", row.parent_id == 0 ? "" : analysis::hex_of(row.parent_id)},
           {"service", trace.service(index)},
           {"name", trace.name(index)},
           {"start_unix_ns", row.start_ns},
           {"duration_ns", trace.duration_ns(index)},
           {"error", has_failed(row)},
           {"unfinished", is_unfinished(row)},
           {"critical_path_ns", span.own_ns},
           {"hot", span.is_hot}};
  if (with_details) add_details(trace.record(index), out);
  if (span.shift_ns != 0) out["clock_shift_ns"] = span.shift_ns;
  if (const auto message = trace.message(index); !message.empty()) out["status_message"] = message;
  return out;
}

// The line feeds and commas of an array that is written one element after the other.
class Elements {
 public:
  Elements(std::string indent, const TakeText& take) : indent_(std::move(indent)), take_(take) {}
  bool add(const Json& element) {
    const char* const before = std::exchange(is_first_, false) ? "\n" : ",\n";
    return take_(before + indent_ + dump(element));
  }

 private:
  const std::string indent_;
  const TakeText& take_;
  bool is_first_ = true;
};

}  // namespace

bool render_trace_json(const ShownTrace& trace, const TraceList& list, std::size_t rank,
                       bool with_details, const TakeText& take) {
  Json head = trace_json(trace.set(), list, rank);
  if (const auto& hot = trace.hot()) {
    const analysis::Callsite callsite = trace.set().callsite(hot->callsite);
    head["hot"] = {{"service", trace.set().text(callsite.service)},
                   {"span", trace.set().text(callsite.name)},
                   {"section", section_name(hot->kind)},
                   {"own_ns", hot->own_ns},
                   {"spans", hot->spans}};
  }
  head["clocks"] = Json::array();
  for (const analysis::ClockPair& pair : trace.clocks())
    head["clocks"].push_back(analysis::clock_json(pair));
  std::string opening = head.dump(2, ' ', false, Json::error_handler_t::replace);
  opening.resize(opening.size() - 2);  // "\n}"
  if (!take(opening + ",\n  \"spans\": [")) return false;
  Elements spans("    ", take);
  for (std::uint32_t at : {trace.first_root(), trace.first_orphan()}) {
    for (; at != ShownTrace::kNone; at = trace.following(at))
      if (!spans.add(span_json(trace, at, with_details))) return false;
  }
  return take("\n  ]\n}\n");
}

bool render_list_json(const TraceSet& set, const TraceList& list, const TakeText& take) {
  if (!take("[")) return false;
  Elements traces("  ", take);
  for (std::size_t rank = 0; rank < list.size(); ++rank) {
    Json trace = trace_json(set, list, rank);
    trace["spans"] = trace["span_count"];
    trace.erase("span_count");
    if (!traces.add(trace)) return false;
  }
  return take("\n]\n");
}

}  // namespace nanospan::tools

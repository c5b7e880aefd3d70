// nanospan view: one trace as a waterfall, or the list of traces.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/parse.h"
#include "command.h"
#include "span_facts.h"
#include "text.h"
#include "waterfall.h"

namespace nanospan::tools {
namespace {

using Json = nlohmann::ordered_json;

Json span_json(const TraceModel& model, const TraceSpan& span) {
  Json out{{"span_id", hex_of(span.span_id)},
           {"parent_span_id", hex_of(span.parent_id)},
           {"service", model.service(span.service)},
           {"name", span.name},
           {"start_unix_ns", span.start_ns},
           {"duration_ns", span.duration_ns()},
           {"error", span.error},
           {"unfinished", span.unfinished}};
  if (!span.status_message.empty()) out["status_message"] = span.status_message;
  return out;
}

Json trace_json(const TraceModel& model, const Trace& trace, bool with_spans) {
  Json out{{"trace_id", hex_of(trace.id)},      {"service", model.service(trace.root().service)},
           {"root", trace.root().name},         {"duration_ns", trace.root().duration_ns()},
           {"services", trace.services.size()}, {"errors", trace.errors},
           {"unfinished", trace.unfinished}};
  if (!with_spans) {
    out["spans"] = trace.spans.size();
    return out;
  }
  out["spans"] = Json::array();
  for (const TraceSpan& span : trace.spans) out["spans"].push_back(span_json(model, span));
  return out;
}

bool print_json(const Json& json) {
  return print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

bool show_list(const TraceModel& model, const ViewOptions& options) {
  if (!options.json) {
    constexpr std::size_t kRows = 50;
    return print(render_trace_list(model, detect_screen(options.no_color),
                                   options.all ? model.traces().size() : kRows));
  }
  Json list = Json::array();
  for (const Trace& trace : model.traces()) list.push_back(trace_json(model, trace, false));
  return print_json(list);
}

bool show_trace(const TraceModel& model, const Trace& trace, const ViewOptions& options) {
  if (options.json) return print_json(trace_json(model, trace, true));
  return print(render_waterfall(model, trace, {detect_screen(options.no_color), options.all}));
}

// A line a span, as it ends.
class SpanLines final : public SpanSink {
 public:
  explicit SpanLines(bool as_json) : as_json_(as_json) {}
  bool take(const SpanBatch& batch) override {
    std::string lines;
    for (const SpanView span : batch) lines += as_json_ ? json_line(span) : line(span);
    // Whoever read along and left is no failure to print(), but nobody to go on for.
    return print(lines) && std::ferror(stdout) == 0;
  }
  bool take(const OtlpPiece&) override { return true; }  // nobody follows a file

 private:
  static std::string json_line(const SpanView& span) {
    Json out = span_json(span_facts(span));
    out["duration_ns"] = out["age_ns"];
    out.erase("age_ns");
    out["start_unix_ns"] = span.start_unix_ns();
    out["error"] = span.status_code() == StatusCode::kError;
    out["unfinished"] = span.unfinished();
    return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  static std::string line(const SpanView& span) {
    const SpanFacts facts = span_facts(span);
    const bool is_error = span.status_code() == StatusCode::kError;
    std::string out = format_unix(span.start_unix_ns()).substr(11, 12) + "  " +
                      pad_left(format_duration(facts.age_ns), 10) + "  " +
                      pad_right(fit(printable(facts.thread), 16), 16) + "  " +
                      facts.trace_id.substr(0, 8) + (is_error ? "  ✗ " : "  ") +
                      (span.unfinished() ? "◔ " : "") + printable(facts.name);
    if (is_error && !span.status_text().empty()) out += ": " + printable(span.status_text());
    const std::string attributes = printable(facts.attribute_text());
    return out + (attributes.empty() ? "" : "  " + attributes) + "\n";
  }

  const bool as_json_;
};

}  // namespace

int run_view(const ViewOptions& options) {
  const InputList found = find_inputs(options.inputs);
  if (found.code != kOk) return fail(found.code, found.error);
  if (options.follow) {
    SpanLines lines(options.json);
    const ExitCode code = follow_inputs(found.inputs, options, lines).code;
    return code == kOutputFailed && errno == EPIPE ? kOk : code;
  }
  TraceModel model(options.memory_bytes_max);
  const ReadingOutcome outcome = read_inputs(found.inputs, options, options.reading(true), model);
  model.finish();
  if (model.traces().empty()) {
    if (outcome.code == kUnreadable) return kUnreadable;
    return fail(kNothingFound, "There is no span in the input; nanospan inspect says what is.");
  }
  if (model.left_out() != 0 && !options.quiet)
    fail(kOk, format_count(model.left_out()) +
                  " spans are beyond the memory allowed and are not shown; give it more with "
                  "--memory-max.");
  if (options.list) return show_list(model, options) ? outcome.code : kOutputFailed;

  const std::string wanted = base::to_lower(options.trace);
  std::vector<const Trace*> matches;
  for (const Trace& trace : model.traces()) {
    if (hex_of(trace.id).starts_with(wanted)) matches.push_back(&trace);
  }
  if (matches.empty())
    return fail(kNothingFound, "No trace begins with " + printable(options.trace) +
                                   "; nanospan view --list shows those that are here.");
  if (!wanted.empty() && matches.size() > 1 && !options.quiet)
    fail(kOk, format_count(matches.size()) + " traces begin with " + printable(options.trace) +
                  "; this is the slowest of them.");
  return show_trace(model, *matches[0], options) ? outcome.code : kOutputFailed;
}

}  // namespace nanospan::tools

#include "view/view.h"

#include <cerrno>
#include <cstdio>

#include "analysis/trace_set_sink.h"
#include "base/parse.h"
#include "command/follow.h"
#include "facts/span_facts.h"
#include "terminal/text.h"
#include "view/trace_table.h"
#include "view/view_json.h"

namespace nanospan::tools {
namespace {

using Json = nlohmann::ordered_json;
using analysis::ShownTrace;
using analysis::TraceList;
using analysis::TraceSet;
using analysis::TraceSetSink;

// Text in pieces that are worth a write.
class Printing {
 public:
  explicit Printing(const Screen& screen) : screen_(screen) {}
  bool take(const std::string& text) {
    constexpr std::size_t kPiece = std::size_t{64} << 10;
    text_ += text;
    return text_.size() < kPiece || flush();
  }
  bool flush() { return print_on(screen_, std::exchange(text_, {})); }

 private:
  const Screen screen_;
  std::string text_;
};

bool print_pieces(const Screen& screen, const std::function<bool(const TakeText&)>& render) {
  Printing printing(screen);
  return render([&](const std::string& text) { return printing.take(text); }) && printing.flush();
}

bool show_list(const TraceSet& set, const TraceList& list, const ViewOptions& options) {
  if (options.json)
    return print_pieces({},
                        [&](const TakeText& take) { return render_list_json(set, list, take); });
  constexpr std::size_t kRows = 50;
  const Screen screen = detect_screen(options.no_color);
  return print_on(screen, render_trace_list(set, list, screen, options.all ? list.size() : kRows));
}

bool show_trace(const ShownTrace& trace, const TraceList& list, std::size_t rank,
                const ViewOptions& options) {
  if (options.json)
    return print_pieces({}, [&](const TakeText& take) {
      return render_trace_json(trace, list, rank, options.attributes, take);
    });
  const Screen screen = detect_screen(options.no_color);
  return print_pieces(screen, [&](const TakeText& take) {
    return render_waterfall(trace, list.summary(rank), {screen, options.all, options.attributes},
                            take);
  });
}

void say_what_is_left_out(const TraceSet& set) {
  if (set.refused() != 0)
    fail(kOk, format_plural(set.refused(), "span") +
                  " did not fit in the memory allowed and can't be shown; give it more with "
                  "--memory-max.");
  if (set.without_id() != 0)
    fail(kOk, format_plural(set.without_id(), "span") + " without an id can't be shown.");
}

// A line a span, as it ends.
class SpanLines final : public SpanSink {
 public:
  explicit SpanLines(const ViewOptions& options)
      : as_json_(options.json), screen_(detect_screen(options.no_color)) {}
  bool take(const SpanBatch& batch) override {
    std::string lines;
    for (const SpanView span : batch) lines += as_json_ ? json_line(span) : line(span);
    // Whoever read along and left is no failure to print(), but nobody to go on for.
    return (as_json_ ? print(lines) : print_on(screen_, lines)) && std::ferror(stdout) == 0;
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
  const Screen screen_;
};

}  // namespace

int run_view(const ViewOptions& options) {
  const InputList found = find_inputs(options.inputs);
  if (found.code != kOk) return fail(found.code, found.error);
  if (options.follow) {
    SpanLines lines(options);
    const ExitCode code = follow_inputs(found.inputs, options, lines).code;
    return code == kOutputFailed && errno == EPIPE ? kOk : code;
  }
  TraceSet set(options.memory_bytes_max);
  TraceSetSink sink(set, TraceSetSink::Messages::kKeep);
  if (options.attributes) sink.keep_records(base::to_lower(options.trace));
  const ReadingOutcome outcome = read_inputs(found.inputs, options, options.reading(true), sink);
  if (!options.quiet) say_what_is_left_out(set);
  if (set.size() == 0) {
    if (outcome.code == kUnreadable) return kUnreadable;
    return fail(kNothingFound, "There is no span in the input; nanospan inspect says what is.");
  }
  const analysis::TraceTrees trees(set);
  const TraceList list(trees);
  if (options.list) return show_list(set, list, options) ? outcome.code : kOutputFailed;

  const TraceList::Match match = list.find(base::to_lower(options.trace));
  if (match.traces == 0)
    return fail(kNothingFound, "No trace begins with " + printable(options.trace) +
                                   "; nanospan view --list shows those that are here.");
  if (!options.trace.empty() && match.traces > 1 && !options.quiet)
    fail(kOk, format_count(match.traces) + " traces begin with " + printable(options.trace) +
                  "; this is the slowest of them.");
  const ShownTrace trace(trees, analysis::ClockSkew(trees), list.root(match.rank));
  return show_trace(trace, list, match.rank, options) ? outcome.code : kOutputFailed;
}

}  // namespace nanospan::tools

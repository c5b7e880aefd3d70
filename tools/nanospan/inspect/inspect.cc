#include "inspect/inspect.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "inspect/inspect_render.h"
#include "readers/otlp_spans.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

using Json = nlohmann::ordered_json;

// Counts, without keeping spans.
class OtlpSummary final : public SpanSink, private OtlpVisitor {
 public:
  bool take(const SpanBatch&) override { return true; }  // regions are inspected, not read
  bool take(const OtlpPiece& piece) override {
    visit(piece, *this);
    return true;
  }

  std::uint64_t spans = 0, errors = 0, roots = 0;
  std::uint64_t first_ns = ~std::uint64_t{0}, last_ns = 0;

 private:
  void resource(const OtlpAttributes&) override {}
  void span(const OtlpSpan& span) override {
    ++spans;
    errors += span.is_error() ? 1u : 0u;
    roots += span.is_root() ? 1u : 0u;
    first_ns = std::min(first_ns, span.start_unix_ns);
    last_ns = std::max(last_ns, span.end_unix_ns);
  }
};

struct Shown {
  std::string text;
  Json json = Json::array();
  ExitCode code = kOk;
};

void note(Shown& shown, ExitCode code) {
  if (shown.code != kUnreadable && code != kOk) shown.code = code;
}

void inspect_otlp(const Input& input, const InspectOptions& options, Shown& shown) {
  OtlpSummary summary;
  const ReadingOutcome outcome = read_inputs({input}, options, {}, summary);
  note(shown, outcome.code);
  if (outcome.code == kUnreadable) return;
  const ReadReport& report = outcome.reports[0];
  Json json = report_json(report);
  json["roots"] = summary.roots;
  json["errors"] = summary.errors;
  shown.text += printable(report.path) + "\n  format    " + report.kind + "\n  spans     " +
                format_count(summary.spans) + ", " + format_plural(summary.roots, "root") + ", " +
                format_plural(summary.errors, "error") + "\n";
  if (summary.spans == 0) {
    note(shown, kNothingFound);
  } else {
    json["first_unix_ns"] = summary.first_ns;
    json["last_unix_ns"] = summary.last_ns;
    shown.text += "  from      " + format_unix(static_cast<std::int64_t>(summary.first_ns)) +
                  "\n  to        " + format_unix(static_cast<std::int64_t>(summary.last_ns)) + "\n";
  }
  shown.text +=
      "  damage    " +
      (report.damaged == 0 ? "none" : format_plural(report.damaged, "piece") + " skipped") + "\n";
  shown.json.push_back(std::move(json));
}

RegionFacts facts_with_progress(const recovery::RegionFile& file, bool quiet) {
  Progress progress(printable(file.path()), quiet);
  return collect_facts(file, [&](std::uint64_t done, std::uint64_t total, std::uint64_t spans) {
    progress.show(done, total, spans);
  });
}

void inspect_region(const Input& input, const InspectOptions& options, bool as_line, Shown& shown) {
  const Screen screen = detect_screen(options.no_color);
  const auto file = recovery::RegionFile::open(input.path);
  if (!file) {
    // It may have gone since the directory was listed.
    std::error_code error;
    if (as_line && !std::filesystem::exists(input.path, error)) return;
    note(shown, kUnreadable);
    fail(kUnreadable, printable(input.path) + ": " + file.error());
    return;
  }
  const RegionFacts facts = facts_with_progress(*file, options.quiet);
  if (facts.damaged != 0) note(shown, kDamaged);
  if (!shown.text.empty() && !as_line) shown.text += "\n";
  shown.text +=
      as_line ? render_region_line(facts, screen) : render_facts(facts, screen, options.all);
  shown.json.push_back(facts_json(facts));
}

bool is_list(const InspectOptions& options) {
  std::error_code error;
  return options.inputs.empty() ||
         (options.inputs.size() == 1 && std::filesystem::is_directory(options.inputs[0], error));
}

}  // namespace

int run_inspect(const InspectOptions& options) {
  const InputList found = options.inputs.empty() ? find_regions() : find_inputs(options.inputs);
  if (found.code != kOk) return fail(found.code, found.error);
  const bool as_list = is_list(options);
  Shown shown;
  if (as_list) shown.text = render_region_heading(detect_screen(options.no_color));
  for (const Input& input : found.inputs) {
    if (input.kind == InputKind::kRegion)
      inspect_region(input, options, as_list, shown);
    else
      inspect_otlp(input, options, shown);
  }
  if (shown.json.empty()) return shown.code == kOk ? kNothingFound : shown.code;
  // One thing asked for is one object.
  const Json& json = !as_list && shown.json.size() == 1 ? shown.json[0] : shown.json;
  const bool is_printed =
      options.json ? print_json(json) : print_on(detect_screen(options.no_color), shown.text);
  return is_printed ? shown.code : kOutputFailed;
}

}  // namespace nanospan::tools

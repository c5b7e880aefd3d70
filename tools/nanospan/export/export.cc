#include "export/export.h"

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "command/follow.h"
#include "output/output.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

OutputFormat format_of(const ExportOptions& options) {
  if (options.format == "protobuf") return OutputFormat::kProtobuf;
  if (options.format == "jsonl") return OutputFormat::kJsonLines;
  return is_protobuf_name(options.output) ? OutputFormat::kProtobuf : OutputFormat::kJsonLines;
}

// A directory that holds what an earlier export wrote: its spans would be written twice.
void leave_out(const std::string& output, std::vector<Input>& inputs) {
  std::erase_if(inputs, [&](const Input& input) {
    std::error_code error;
    return input.is_listed && std::filesystem::equivalent(input.path, output, error);
  });
}

nlohmann::ordered_json outcome_json(const ReadingOutcome& outcome, const ExportOptions& options,
                                    std::uint64_t spans) {
  nlohmann::ordered_json out{
      {"output", printable(options.output)},
      {"format", format_of(options) == OutputFormat::kProtobuf ? "protobuf" : "jsonl"},
      {"spans", spans},
      {"exit_code", outcome.code}};
  out["inputs"] = nlohmann::ordered_json::array();
  for (const ReadReport& report : outcome.reports) out["inputs"].push_back(report_json(report));
  return out;
}

}  // namespace

int run_export(const ExportOptions& options) {
  if (options.json && options.output.empty())
    return fail(kUsage,
                "--json prints the report on standard output, where the spans would go as "
                "well; give the spans a file with -o.");
  InputList found = find_inputs(options.inputs);
  if (found.code != kOk) return fail(found.code, found.error);
  leave_out(options.output, found.inputs);
  OtlpOutput output(format_of(options));
  bool is_open = false;
  const auto open_output = [&] {
    const Status opened = options.follow ? output.open_growing(options.output, options.force)
                                         : output.open(options.output, options.force);
    if (!opened) fail(kOutputFailed, opened.error());
    return is_open = opened.ok();
  };
  if (!options.follow && !open_output()) return kOutputFailed;
  ReadingOutcome outcome =
      options.follow
          ? follow_inputs(found.inputs, options, output, open_output)
          : read_inputs(found.inputs, options, options.reading(options.everything), output);
  if (!is_open) return outcome.code;
  std::uint64_t spans = 0;
  bool left_some = false;
  for (const ReadReport& report : outcome.reports) {
    spans += report.spans;
    left_some |= report.is_region && !report.everything && report.delivered != 0;
  }
  // With nothing to write, what was there under the name stays.
  const bool wrote = spans != 0 || options.follow || outcome.code == kOutputFailed;
  if (wrote) {
    if (const Status written = output.commit(); !written) {
      if (output.reader_is_gone()) return kOk;
      fail(kOutputFailed, written.error());
      outcome.code = kOutputFailed;
    }
  } else if (outcome.code == kOk) {
    outcome.code = kNothingFound;
  }
  if (options.json) {
    const std::string report = outcome_json(outcome, options, spans).dump(2);
    return print(report + "\n") ? outcome.code : kOutputFailed;
  }
  if (options.quiet) return outcome.code;
  for (const ReadReport& report : outcome.reports) std::fputs(report_text(report).c_str(), stderr);
  if (spans == 0 && !options.follow)
    fail(outcome.code,
         std::string("There was no span to write") +
             (left_some ? "; --everything also writes what was delivered before." : "."));
  else if (outcome.code != kOutputFailed && !options.output.empty())
    std::fprintf(stderr, "%s written to %s\n", format_plural(spans, "span").c_str(),
                 printable(options.output).c_str());
  return outcome.code;
}

}  // namespace nanospan::tools

#include "analyze/analyze.h"

#include "analysis/cause.h"
#include "analysis/compare.h"
#include "analysis/trace_set_sink.h"
#include "analyze/profile_render.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

using analysis::Profile;

struct Analyzed {
  std::optional<Profile> profile;
  ExitCode code = kOk;
};

Analyzed refuse(ExitCode code, const std::string& sentence) {
  return {std::nullopt, static_cast<ExitCode>(fail(code, sentence))};
}

// The spans are gone when this returns: of two sets only one is in memory.
Analyzed analyze(const std::vector<std::string>& arguments, const AnalyzeOptions& options,
                 const analysis::ProfileOptions& wanted) {
  const InputList found = find_inputs(arguments);
  if (found.code != kOk) return refuse(found.code, found.error);
  analysis::TraceSet set(options.memory_bytes_max);
  analysis::TraceSetSink sink(set);
  const ReadingOutcome outcome = read_inputs(found.inputs, options, options.reading(true), sink);
  if (set.size() == 0 && outcome.code == kUnreadable) return {std::nullopt, kUnreadable};
  Analyzed analyzed{analysis::make_profile(set, wanted), outcome.code};
  if (!analyzed.profile) {
    const std::string root = printable(wanted.root);
    return refuse(kNothingFound,
                  wanted.root.empty()
                      ? "There is no request in the input, no span that has no parent, ended after "
                        "it started and took less than 52 days; nanospan view --list shows what "
                        "is there."
                      : "No request begins with " + root +
                            "; without --root, analyze lists those that are there.");
  }
  for (const analysis::WhatIfRow& row : analyzed.profile->what_ifs) {
    if (row.callsites == 0 && !row.is_total)
      return refuse(kNothingFound, "No span is called as in --what-if '" + printable(row.text) +
                                       "'; analyze lists them as SERVICE / SPAN.");
  }
  if (!options.quiet) std::fputs(render_remarks(*analyzed.profile).c_str(), stderr);
  return analyzed;
}

bool show(const Profile& profile, const AnalyzeOptions& options) {
  const analysis::Cause cause = find_cause(profile);
  if (options.json) return print_json(profile_json(profile, cause));
  const Screen screen = detect_screen(options.no_color);
  return print_on(screen, render_profile(profile, cause, screen));
}

bool show_comparison(const Profile& before, const Profile& after, const AnalyzeOptions& options) {
  const analysis::Comparison comparison = compare(before, after);
  const Screen screen = detect_screen(options.no_color);
  if (!options.json) return print_on(screen, render_comparison(comparison, screen));
  nlohmann::ordered_json json = comparison_json(comparison);
  json["profiles"] = {{"before", profile_json(before, find_cause(before))},
                      {"after", profile_json(after, find_cause(after))}};
  return print_json(json);
}

}  // namespace

int run_analyze(const AnalyzeOptions& options) {
  analysis::ProfileOptions wanted{options.root, {}};
  for (const std::string& text : options.what_ifs) {
    auto what_if = analysis::parse_what_if(text);
    if (!what_if) return fail(kUsage, what_if.error() + ".");
    wanted.what_ifs.push_back(std::move(*what_if));
  }
  const Analyzed first = analyze(options.inputs, options, wanted);
  if (!first.profile) return first.code;
  if (options.against.empty()) return show(*first.profile, options) ? first.code : kOutputFailed;
  // The same requests, however much time they take there.
  const analysis::SpanName& root = first.profile->kind.root;
  const Analyzed second = analyze({options.against}, options, {root.service + "/" + root.name, {}});
  if (!second.profile) return second.code;
  const ExitCode code = first.code != kOk ? first.code : second.code;
  return show_comparison(*first.profile, *second.profile, options) ? code : kOutputFailed;
}

}  // namespace nanospan::tools

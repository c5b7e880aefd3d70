// The nanospan command: its command line, and nothing else.
#include <CLI/CLI.hpp>
#include <csignal>

#include "analyze/analyze.h"
#include "base/parse.h"
#include "collect/collect.h"
#include "cost/cost.h"
#include "export/export.h"
#include "facts/time_window.h"
#include "inspect/inspect.h"
#include "terminal/text.h"
#include "view/view.h"

namespace {

using namespace nanospan::tools;

constexpr std::uint64_t kMemoryMin = std::uint64_t{4} << 20;

void add_output(CLI::App& command, CommonOptions& options) {
  command.add_flag("--json", options.json, "print JSON on standard output");
  command.add_flag("--no-color", options.no_color, "no colours (as NO_COLOR=1 does)");
  command.add_flag("-q,--quiet", options.quiet, "no progress, no remarks; errors alone");
  command.footer(kExitCodeHelp);
}

void add_common(CLI::App& command, CommonOptions& options, bool needs_input) {
  auto* const inputs = command.add_option("input", options.inputs,
                                          "a process id, a directory, a file (region, OTLP's JSON "
                                          "or protobuf, Jaeger's JSON), or - for "
                                          "standard input");
  if (needs_input) inputs->required();
  add_output(command, options);
}

void add_duration(CLI::App& command, const std::string& name,
                  std::optional<std::chrono::nanoseconds>& duration, const std::string& help) {
  command
      .add_option_function<std::string>(
          name,
          [&duration, name](const std::string& text) {
            duration = parse_duration(text);
            if (!duration)
              throw CLI::ValidationError(
                  name, "'" + text + "' is no duration; give a number and us, ms, s, m or h: 10s");
          },
          help)
      ->type_name("DURATION");
}

void add_memory(CLI::App& command, SpanOptions& options) {
  command
      .add_option("--memory-max", options.memory_bytes_max,
                  "what the spans that are kept may take, and a parser on top of it: 512M, 4G; "
                  "else 1G")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false))
      ->check([](const std::string& bytes) {
        const auto number = nanospan::base::parse_unsigned(bytes);
        return number && *number >= kMemoryMin ? "" : "give it 4M at least";
      })
      ->type_name("SIZE");
}

// Returns --follow, which not all options go with.
CLI::Option* add_when(CLI::App& command, SpanOptions& options) {
  CLI::Option* const follow =
      command.add_flag("-F,--follow", options.follow,
                       "of live processes: go on with each span that ends, until SIGINT");
  add_memory(command, options);
  add_duration(command, "--last", options.last,
               "only spans that ended within this time before now, before the process died, or "
               "before the newest in a file: 500ms, 10s, 2m, 1h");
  return follow;
}

void add_inspect(CLI::App& app, InspectOptions& options, int& code) {
  CLI::App* const command = app.add_subcommand(
      "inspect", "What a region or an OTLP file holds; without input: the list of regions");
  add_common(*command, options, false);
  command->add_flag("-a,--all", options.all, "every lane");
  command->callback([&] { code = run_inspect(options); });
}

void add_view(CLI::App& app, ViewOptions& options, int& code) {
  CLI::App* const command =
      app.add_subcommand("view", "The slowest trace, or another, as a tree with bars and times");
  add_common(*command, options, true);
  auto* const trace = command->add_option("-t,--trace", options.trace,
                                          "the trace with this id, or whose id begins so");
  auto* const list =
      command->add_flag("-l,--list", options.list, "list the traces, the slowest first")
          ->excludes(trace);
  auto* const attributes =
      command
          ->add_flag("-A,--attributes", options.attributes,
                     "below each span its attributes, events, links and status message")
          ->excludes(list);
  command->add_flag("-a,--all", options.all,
                    "leave nothing out of wide and deep traces, and cut no value");
  add_when(*command, options)->excludes(trace)->excludes(list)->excludes(attributes);
  command->callback([&] { code = run_view(options); });
}

void add_analyze(CLI::App& app, AnalyzeOptions& options, int& code) {
  CLI::App* const command = app.add_subcommand(
      "analyze", "Where the time of slow requests goes, over all traces: their critical paths");
  add_common(*command, options, true);
  command->add_option("--root", options.root,
                      "requests that begin with SERVICE/SPAN, or with SPAN; else those that take "
                      "the most time");
  command
      ->add_option("--what-if", options.what_ifs,
                   "the P50 and P99 that would follow, had a span's own work taken so much of its "
                   "time: 'task-service/db: query=0.5'; several")
      ->type_name("SERVICE/SPAN=FACTOR")
      ->allow_extra_args(false);
  command->add_option("--against", options.against,
                      "compare with another input, by callsite and by path");
  add_duration(*command, "--last", options.last,
               "only spans that ended within this time before the end of the input: 10s, 2m");
  add_memory(*command, options);
  command->callback([&] { code = run_analyze(options); });
}

void add_export(CLI::App& app, ExportOptions& options, int& code) {
  CLI::App* const command = app.add_subcommand(
      "export", "Any input as OTLP; of a dead process also the spans that were in flight");
  add_common(*command, options, true);
  command->add_option("-o,--output", options.output, "file to write; without it standard output");
  command->add_option("-f,--format", options.format, "by the output's name, else jsonl")
      ->check(CLI::IsMember({"jsonl", "protobuf"}));
  auto* const everything = command->add_flag(
      "--everything", options.everything,
      "of a dead process: what its drain has delivered as well, while it is there");
  command->add_flag("--force", options.force, "replace the output if it exists");
  add_when(*command, options)->excludes(everything);
  command->callback([&] { code = run_export(options); });
}

void add_collect(CLI::App& app, CollectOptions& options, int& code) {
  CLI::App* const command = app.add_subcommand(
      "collect", "Export the spans of every process that records in a directory, until SIGTERM");
  command->add_option("directory", options.inputs, "where the regions are")
      ->required()
      ->expected(1);
  auto* const output = command->add_option(
      "-o,--output", options.output, "an OTLP file; each span is in it once, restarts or not");
  command->add_option("--exporter", options.exporter, "where they go instead")
      ->check(CLI::IsMember({"otlp/file", "otlp/stdout", "console"}))
      ->excludes(output);
  command->add_option("--checkpoint", options.checkpoint,
                      "where it remembers how far it is; else beside the output");
  command->add_flag("--remove", options.remove,
                    "remove a dead process's region once it is exported");
  add_duration(*command, "--keep-age", options.keep_age,
               "remove exported regions this long after: 10m, 24h");
  command
      ->add_option_function<std::string>(
          "--keep-count",
          [&options](const std::string& text) {
            options.keep_count = nanospan::base::parse_unsigned(text);
            if (!options.keep_count)
              throw CLI::ValidationError("--keep-count", "'" + text + "' is no number of regions");
          },
          "of exported regions keep the newest, so many")
      ->type_name("COUNT");
  command->add_flag("-q,--quiet", options.quiet, "no remarks; errors alone");
  command->footer(kExitCodeHelp);
  command->callback([&options, &code] {
    if (options.output.empty() && options.exporter.empty())
      throw CLI::ValidationError("collect",
                                 "give it a file with -o, or an exporter with --exporter");
    code = run_collect(options);
  });
}

void add_cost(CLI::App& app, CostOptions& options, int& code) {
  CLI::App* const command = app.add_subcommand(
      "cost", "What instrumentation costs on this machine: measures for ten seconds");
  command
      ->add_option_function<double>(
          "--seconds",
          [&options](double seconds) {
            // No CLI::Range: it lets through what is no number at all.
            if (!(seconds >= 0.01 && seconds <= 600))
              throw CLI::ValidationError("--seconds", "give it 0.01 to 600 seconds");
            options.seconds = seconds;
          },
          "how long to measure, 0.01 to 600; else 10")
      ->type_name("SECONDS");
  add_output(*command, options);
  command->callback([&] { code = run_cost(options); });
}

// A sentence; "": the first word is a command, or there is none.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return {};
  std::string names;
  for (const CLI::App* const command : app.get_subcommands({})) {
    if (command->get_name() == argv[1]) return {};
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  return "unknown command '" + printable(argv[1]) + "'; one of " + names + ".";
}

int refuse_extra(const std::string& word) {
  const bool is_option = word.size() > 1 && word[0] == '-';
  return fail(kUsage, (is_option ? "unknown option '" : "one word too many: '") + printable(word) +
                          "'; --help shows what there is.");
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away (`| head`) is a write that fails, not a death that leaves half files.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app{"nanospan: look at spans, in flight, on disk and out of a crash", "nanospan"};
  app.set_version_flag("--version", "nanospan " NANOSPAN_VERSION);
  app.require_subcommand(1);
  app.footer(kExitCodeHelp);
  int code = kOk;
  InspectOptions inspect;
  ViewOptions view;
  ExportOptions export_options;
  add_inspect(app, inspect, code);
  add_view(app, view, code);
  add_export(app, export_options, code);
  AnalyzeOptions analyze;
  add_analyze(app, analyze, code);
  CollectOptions collect;
  add_collect(app, collect, code);
  CostOptions cost;
  cost.loops = &cost_loops();
  add_cost(app, cost, code);
  if (const std::string unknown = unknown_command(app, argc, argv); !unknown.empty())
    return fail(kUsage, unknown);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> extras = app.remaining(true);
    if (error.get_exit_code() != 0 && !extras.empty()) return refuse_extra(extras.front());
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return fail(kUsage, printable(error.what()) + "; --help shows what there is.");
  } catch (const std::exception& error) {
    return fail(kUnreadable, std::string("Stopped: ") + error.what() + ".");
  }
  return code;
}

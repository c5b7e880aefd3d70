#include "cost/cost.h"

// A recorder of its own records into a region whose file is gone at once, so that nothing stays
// behind, however this ends. Nothing reads the ring: what a reader costs hangs on the cores that
// the reader and the writer run on, and is bench's to measure.
#include <dlfcn.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>

#include "bench/harness/machine.h"
#include "cost/cost_render.h"
#include "nanospan/log.h"
#include "nanospan/recorder.h"
#include "nanospan/sampler.h"
#include "nanospan/span_limits.h"
#include "terminal/terminal.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

constexpr const char* kLibrary = "nanospan_cost.so";

// Beside the program, as built; where it is installed to, as seen from the program.
CostPlace shared_library() {
  CostPlace place;
  place.name = "a shared library";
  place.key = "shared_library";
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  for (const char* const folder : {"", NANOSPAN_COST_LIBRARY_FOLDER}) {
    const std::string path = (program.parent_path() / folder / kLibrary).lexically_normal();
    if (!std::filesystem::exists(path, error)) continue;
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    const auto loops =
        library == nullptr
            ? nullptr
            : reinterpret_cast<CostLibraryFunction>(dlsym(library, kCostLibraryFunction));
    if (loops == nullptr)
      place.problem = "it can't be loaded: " + printable(dlerror()) + ".";
    else
      place.loops = loops();
    return place;
  }
  place.problem =
      std::string(kLibrary) + " is neither beside this program nor where it is installed to.";
  return place;
}

Recorder start_recorder(bool quiet) {
  set_log_handler([quiet](LogLevel level, std::string_view text) {
    if (level != LogLevel::kInfo && !quiet) fail(kOk, std::string(text));
  });
  RecorderOptions options;
  options.service_name = "nanospan-cost";
  // Whatever the environment says: a span that is dropped, or cut by a limit, has another cost.
  options.sampler = always_on();
  options.limits = SpanLimits{};
  options.drain.enabled = false;
  options.recover_on_start = false;
  Recorder recorder = Recorder::start(std::move(options));
  if (recorder) unlink(recorder.region_path().c_str());
  return recorder;
}

void pin_here() {
  (void)bench::usable_cpus();  // those before this thread is pinned
  const int cpu = sched_getcpu();
  if (cpu >= 0) bench::pin_this_thread(static_cast<unsigned>(cpu));
  bench::park_second_thread();
}

}  // namespace

int run_cost(const CostOptions& options) {
  const Recorder recorder = start_recorder(options.quiet);
  if (!recorder || !prepare_thread())
    return fail(kNothingFound,
                "No cost can be shown: " + (recorder ? "no lane could be had." : recorder.error()));
  pin_here();
  CostReport report;
  report.places[0].name = "an executable";
  report.places[0].key = "executable";
  report.places[0].loops = options.loops;
  report.places[1] = shared_library();
  {
    Progress progress("measuring", options.quiet);
    measure_costs(report, options.seconds, [&](double share) {
      progress.show(static_cast<std::uint64_t>(share * 1000), 1000, 0);
    });
  }
  const Screen screen = detect_screen(options.no_color);
  const bool is_printed = options.json ? print_json(costs_json(report))
                                       : print_on(screen, render_costs(report, screen));
  return is_printed ? kOk : kOutputFailed;
}

}  // namespace nanospan::tools

// A scoped span from a dlopened plugin built with -fPIC, against the same loop in this program.
#include <dlfcn.h>

#include "comparison.h"
#include "pace.h"
#include "program_folder.h"
#include "rulers.h"
#include "session.h"
#include "span_loops.h"

namespace nanospan::bench {

Figure measure_plugin_span(const Effort& effort) {
  const std::string path = program_folder() + "nanospan_bench_plugin.so";
  void* const plugin = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr) return problem(std::string("The plugin can't be loaded: ") + dlerror());
  const auto from_plugin = reinterpret_cast<Loop>(dlsym(plugin, "nanospan_bench_plugin_spans"));
  if (from_plugin == nullptr) return problem("The plugin has no nanospan_bench_plugin_spans.");

  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  session.settle_ring(Pace{}.per_second);
  session.begin_counting();
  const auto in_bursts = [](const char* name, Loop loop) {
    return Side{name, [loop] { return ns_in_bursts(loop, Pace{}); }};
  };
  Figure figure;
  figure.rounds = measure_rounds({{"F", [] { return ns_flat_out(read_tick_pairs); }},
                                  in_bursts("R", publish_bare_slots),
                                  in_bursts("here", record_spans),
                                  in_bursts("plugin", from_plugin)},
                                 effort.rounds);
  figure.value = figure.rounds.of([](const auto& ns) { return (ns[3] - ns[2]) / ns[1]; });
  session.finish_counting(figure);
  return figure;
}

}  // namespace nanospan::bench

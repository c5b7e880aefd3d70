// A scoped span from a dlopened plugin built with -fPIC, against the same loop in this program.
#include <dlfcn.h>

#include "harness/program_folder.h"
#include "recording/comparison.h"
#include "spans/span_costs.h"

namespace nanospan::bench {

Figure measure_plugin_span(const Effort& effort) {
  const std::string path = program_folder() + "nanospan_bench_plugin.so";
  void* const plugin = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr) return problem(std::string("The plugin can't be loaded: ") + dlerror());
  const auto from_plugin = reinterpret_cast<Loop>(dlsym(plugin, "nanospan_bench_plugin_spans"));
  if (from_plugin == nullptr) return problem("The plugin has no nanospan_bench_plugin_spans.");
  return compare_places("plugin", from_plugin, effort);
}

}  // namespace nanospan::bench

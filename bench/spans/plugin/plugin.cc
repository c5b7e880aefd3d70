// A plugin with instrumented code: the loop of the program, compiled into a module of its own.
#include "recording/span_loops.h"

extern "C" [[gnu::visibility("default")]] void nanospan_bench_plugin_spans(std::size_t spans) {
  nanospan::bench::record_spans(spans);
}

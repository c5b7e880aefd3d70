// What gate.py counts: each operation many times over, and alone after all caches have been walked.
//
// operations <directory of the region>: prints `<operation> <heap allocations of the repetitions>
// <its function>`. In callgrind's profile of a run, the cost of `repeat_<operation>` is that of
// kRepetitions, that of `alone_<operation>` that of kAlone. Why a program of its own: nothing else
// may allocate, warm up or call what is counted.
#include <array>
#include <cstdio>

#include "bench/recording/span_loops.h"
#include "nanospan/nanospan.h"
#include "tests/support/counted_malloc.h"

namespace nanospan::bench {
namespace {

constexpr std::size_t kWarmUp = 6'000;  // more than a lap of the ring for any of them
constexpr std::size_t kRepetitions = 1'000, kAlone = 64;

struct Operation {
  const char* name;
  const char* function;
  void (*loop)(std::size_t);
  void (*repeat)();
  void (*alone)();
  void (*walk)();
};

// Twice the last-level cache that gate.py simulates.
alignas(64) std::array<char, 128 << 10> much{};

NANOSPAN_INLINE void walk_much() {
  for (std::size_t at = 0; at < much.size(); at += 64) (void)*const_cast<volatile char*>(&much[at]);
}

// Extern "C": their names stand in the profile.
#define OPERATION(NAME, LOOP)                              \
  extern "C" {                                             \
  NANOSPAN_HIDDEN [[gnu::noinline]] void repeat_##NAME() { \
    LOOP(kRepetitions);                                    \
  }                                                        \
  NANOSPAN_HIDDEN [[gnu::noinline]] void alone_##NAME() {  \
    LOOP(1);                                               \
  }                                                        \
  NANOSPAN_HIDDEN [[gnu::noinline]] void walk_##NAME() {   \
    walk_much();                                           \
  }                                                        \
  }                                                        \
  constexpr Operation k_##NAME{#NAME, #LOOP, LOOP, repeat_##NAME, alone_##NAME, walk_##NAME};

OPERATION(no_recorder, record_spans)
OPERATION(switched_off, start_switched_off)
OPERATION(not_recorded, record_spans)
OPERATION(span, record_spans)
OPERATION(nested, record_nested_spans)
OPERATION(one_attribute, record_spans_with_one_attribute)
OPERATION(four_attributes, record_spans_with_attributes)
OPERATION(ten_attributes, record_spans_with_ten_attributes)
OPERATION(event, record_spans_with_events<1u>)
OPERATION(link, record_spans_with_link)
OPERATION(detached, record_detached_spans)
OPERATION(inject, inject_contexts)
OPERATION(extract, extract_contexts)

void run(const Operation& operation) {
  operation.loop(kWarmUp);
  const long before = test::allocations;
  operation.repeat();
  const long after = test::allocations;
  // Aligns this frame: how many lines the stack's part is must not hang on where the stack begins.
  alignas(64) char anchor = 0;
  asm volatile("" : "+m"(anchor));
  walk_much();
  for (std::size_t i = 0; i < kAlone; ++i) {
    operation.alone();
    operation.walk();
  }
  std::printf("%s %ld %s\n", operation.name, after - before, operation.function);
}

void run_recorded() {
  for (const Operation& operation : {k_span, k_nested, k_one_attribute, k_four_attributes,
                                     k_ten_attributes, k_event, k_link, k_detached, k_extract})
    run(operation);
  {
    NANOSPAN_SCOPE(request, "request");
    run(k_inject);
  }
  switched_off_site.state = detail::kCallsiteOff;
  run(k_switched_off);
  const ContextScope caller{Context(SpanContext{{1, 2}, {3}, {0}, true})};
  NANOSPAN_SCOPE(request, "request");
  run(k_not_recorded);
}

}  // namespace
}  // namespace nanospan::bench

int main(int, char** argv) {
  using namespace nanospan::bench;
  run(k_no_recorder);
  nanospan::RecorderOptions options;
  options.region_directory = argv[1];
  options.drain.enabled = false;
  options.recover_on_start = false;
  const auto recorder = nanospan::Recorder::start(std::move(options));
  if (!recorder) return std::fprintf(stderr, "%s\n", recorder.error().c_str()), 1;
  run_recorded();
  return 0;
}

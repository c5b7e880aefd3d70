// An instrumented plugin, with spans where compilers make symbols unique or shared: in templates,
// inline functions and lambdas. Built under NANOSPAN_DISABLE too.
#include "nanospan/nanospan.h"

namespace {

constinit nanospan::Key number_key{"number"};

template <typename T>
void record_in_template([[maybe_unused]] T value) {
  NANOSPAN_SCOPE(span, "plugin template");
  NANOSPAN_ATTRIBUTE(span, "value", value);
}

void add_number(nanospan::ScopedSpan& span, int number) {
  span.set_attribute(number_key, number);
}

}  // namespace

template <typename T>
struct Shared {
  static void record(T value) {
    NANOSPAN_SCOPE(span, "plugin shared template");
    span.set_attribute("value", value);
  }
};

inline void record_in_inline_function() {
  NANOSPAN_SCOPE(span, "plugin inline");
}

// Calls `back` inside a span of its own.
extern "C" __attribute__((visibility("default"))) void plugin_record(int number, void (*back)()) {
  NANOSPAN_SCOPE(span, "plugin");
  add_number(span, number);
  record_in_template(1);
  record_in_template(2.5);
  Shared<long>::record(number);
  record_in_inline_function();
  [] { NANOSPAN_SCOPE(lambda, "plugin lambda"); }();
  auto detached = NANOSPAN_SPAN("plugin detached", {});
  detached.set_attribute("number", number);
  if (back != nullptr) back();
}

extern "C" __attribute__((visibility("default"))) void plugin_start(nanospan::Span& span) {
  span = NANOSPAN_SPAN("plugin outlived", {});
  span.set_attribute(number_key, 1);
}

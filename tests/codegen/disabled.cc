// Instrumented code that is compiled without: NANOSPAN_DISABLE, -O2.
#ifndef NANOSPAN_DISABLE
#error "This file is to be built with NANOSPAN_DISABLE."
#endif
#include "nanospan/nanospan.h"

static int evaluated = 0;

[[maybe_unused]] static const char* count_name() {
  ++evaluated;
  return "name";
}

[[maybe_unused]] static int count_value() {
  return ++evaluated;
}

extern "C" int disabled_macro_arguments() {
  evaluated = 0;
  NANOSPAN_SCOPE(span, count_name());
  NANOSPAN_ATTRIBUTE(span, "key", count_value());
  auto detached = NANOSPAN_SPAN(count_name(), {}, {});
  NANOSPAN_ATTRIBUTE(detached, "key", count_value());
  return evaluated;
}

extern "C" int disabled_methods(int number) {
  NANOSPAN_SCOPE(span, "disabled", {.kind = nanospan::SpanKind::kServer});
  span.set_attribute("number", number);
  span.add_event("event", {{"limit", 50}});
  span.add_link(nanospan::SpanContext{});
  span.set_status(nanospan::StatusCode::kError, "failed");
  span.update_name("other");
  span.record_exception("type", "message");
  auto detached = NANOSPAN_SPAN("disabled", {});
  detached.set_attribute("number", number);
  detached.end();
  const bool is_traced = detached.context().has_span();
  return number + (is_traced ? 1 : 0) + (span.is_recording() ? 1 : 0);
}

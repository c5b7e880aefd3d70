// Functions that are given a span, in code that is compiled with NANOSPAN_DISABLE.
#include "nanospan/nanospan.h"

namespace {

bool takes_a_scoped_span(nanospan::ScopedSpan& span) {
  span.set_attribute("key", 1);
  span.set_attribute("text", "a text");
  span.add_event("event", {{"limit", 50}});
  span.set_status(nanospan::StatusCode::kError, "failed");
  span.update_name("other");
  span.end();
  return span.is_recording() || span.context().is_valid();
}

bool takes_any_span(auto& span) {
  span.set_attribute("key", 1);
  return span.is_recording();
}

}  // namespace

extern "C" int disabled_helpers() {
  NANOSPAN_SCOPE(span, "disabled");
  auto detached = NANOSPAN_SPAN("disabled", {});
  const bool is_recorded = takes_a_scoped_span(span) || takes_a_scoped_span(span) ||
                           takes_any_span(span) || takes_any_span(detached);
  return is_recorded ? 1 : 0;
}

#include "capture/no_exceptions_caller.h"

#include "nanospan/nanospan.h"

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "This file is to be built with -fno-exceptions -fno-rtti."
#endif

namespace nanospan::test {

void call_within_span(void (*call)()) {
  NANOSPAN_SCOPE(span, "no exceptions");
  span.set_attribute("k", 1);
  call();
  Span detached = NANOSPAN_SPAN("no exceptions, detached", {});
}

void record_exception(Span& span, const std::exception& error) {
  span.record_exception(error);
}

}  // namespace nanospan::test

#include "capture/no_exceptions_caller.h"

#include "nanospan/nanospan.h"

#ifdef __cpp_exceptions
#error "This file is to be built with -fno-exceptions."
#endif

namespace nanospan::test {

void call_within_span(void (*call)()) {
  NANOSPAN_SCOPE(span, "no exceptions");
  span.set_attribute("k", 1);
  call();
  Span detached = NANOSPAN_SPAN("no exceptions, detached", {});
}

}  // namespace nanospan::test

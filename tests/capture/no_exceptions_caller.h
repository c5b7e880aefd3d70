// Instrumented code from a translation unit built with -fno-exceptions -fno-rtti.
#pragma once

#include <exception>

#include "nanospan/nanospan.h"

namespace nanospan::test {

// Opens a span "no exceptions" with one attribute, and calls.
void call_within_span(void (*call)());
void record_exception(Span& span, const std::exception& error);

}  // namespace nanospan::test

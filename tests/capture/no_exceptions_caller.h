// Instrumented code from a translation unit built with -fno-exceptions.
#pragma once

namespace nanospan::test {

// Opens a span "no exceptions" with one attribute, and calls.
void call_within_span(void (*call)());

}  // namespace nanospan::test

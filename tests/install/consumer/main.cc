// What a user of the installed package writes first.
#include <nanospan/nanospan.h>

int main() {
  auto recorder = nanospan::Recorder::start({.service_name = "x"});
  if (!recorder) return 1;
  NANOSPAN_SCOPE(span, "work");
  span.set_attribute("answer", 42);
}

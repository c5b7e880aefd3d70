// The console exporter: one line a span, for people.
//
//   12:04:05.123456789  1.250 ms  server  get_tasks  trace=… span=… parent=… user.id="7"  ERROR: …
//
// Times of day are UTC. Errors: what cannot be written fails the batch.
#pragma once

#include <memory>

#include "nanospan/detail/compiler.h"
#include "nanospan/exporter.h"
#include "nanospan/status.h"

namespace nanospan {

struct ConsoleOptions {
  int fd = 1;  // stays the caller's; 1: standard output, 2: standard error
};

[[nodiscard]] NANOSPAN_EXPORT Result<std::unique_ptr<Exporter>> make_console_exporter(
    ConsoleOptions options = {});

}  // namespace nanospan

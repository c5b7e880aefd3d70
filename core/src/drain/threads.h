// Threads of the drain: no signals, a name, a place to run.
#pragma once

#include <functional>
#include <thread>

#include "drain/options.h"
#include "nanospan/status.h"

namespace nanospan::drain {

// All signals are blocked in it, so that the application's handlers never run there. What can't be
// set (affinity, niceness) is logged once and left.
// Errors: the system gives no further thread.
[[nodiscard]] Result<std::thread> start_thread(const char* name, const DrainOptions& options,
                                               std::function<void()> body);

}  // namespace nanospan::drain

// The handler of the six signals, and who handled them before.
//
// Threads: install_signals() once; the handler on any thread, as often as they crash.
#pragma once

#include "crash/crash_page.h"
#include "nanospan/status.h"

namespace nanospan::crash {

// Errors: the kernel refuses a handler.
Status install_signals();

// What a handler does in its turn: the page, the frames, the copy. Async-signal-safe.
void describe(const CrashFacts& facts, bool interrupted, std::uint64_t walk_from) noexcept;
void set_copy_timeout_ms(long milliseconds) noexcept;

}  // namespace nanospan::crash

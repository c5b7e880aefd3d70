// The copy of the region that a crash leaves in a directory that outlives memory.
//
// Plain write() of what was handed out; holes stay holes. Async-signal-safe. Threads: the one whose
// turn it is. Errors: what was copied stays under the name that says it is a part.
#pragma once

#include "crash/target.h"

namespace nanospan::crash {

void copy_region(const Target& target, long timeout_ms) noexcept;
// The fault was overcome: there is no crash to tell of.
void remove_copy(const Target& target) noexcept;

}  // namespace nanospan::crash

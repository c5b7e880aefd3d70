// Hooks: what a room above wants to hear of, of recorders, threads and modules that come.
//
// Why: the crash handler is linked into those programs only that ask for it, so nothing here may
// name it. Threads: set once or never; called by whoever starts, leases or registers.
#pragma once

#include <atomic>

#include "region/region.h"

namespace nanospan::capture {

struct Hooks {
  void (*recorder_started)(region::Region&) noexcept;
  void (*lane_leased)() noexcept;        // on the thread that has it now; more than once
  void (*module_registered)() noexcept;  // under the registry's lock
};

// Release, so that who finds them finds what they stand on. After a recorder's pointer is stored
// and before it is looked for: of an install and a start at the same time one sees the other.
extern std::atomic<const Hooks*> hooks;

}  // namespace nanospan::capture

// Target: where a crash is written to: the crash page of the recorder that runs.
//
// Threads: any, in handlers too.
// Memory: a target is never freed: a handler may look at one that was replaced.
#pragma once

#include <atomic>
#include <climits>
#include <cstdint>

#include "capture/runtime.h"
#include "format/region_layout.h"

namespace nanospan::crash {

struct Target {
  region::Region* region = nullptr;
  format::CrashPage* page = nullptr;
  char copy_path[PATH_MAX] = {};  // "": no copy
  char part_path[PATH_MAX] = {};  // its name until it is whole
  // Entries that have memory. Stored with release under the modules' lock; pairs with the load of a
  // handler that copies the region.
  mutable std::atomic<std::uint32_t> modules_backed{0};
  const Target* before = nullptr;  // which leak checkers find so
};

// nullptr: no recorder runs, or this is a child that has not the region mapped, or one that
// borrows its parent's memory (vfork).
[[nodiscard]] const Target* live_target() noexcept;

}  // namespace nanospan::crash

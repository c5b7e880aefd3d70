// The table of loaded modules behind the crash page.
//
// Why a table that is kept: dl_iterate_phdr takes the loader's lock, so that no handler may ask.
// Threads: one at a time, under the caller's lock. Entries that are right stay untouched, so that a
// crash in the middle finds them.
#pragma once

#include "crash/target.h"

namespace nanospan::crash {

// Finds what is loaded, and writes it down. False: no memory in the region for all of it.
bool write_modules(const Target& target) noexcept;

}  // namespace nanospan::crash

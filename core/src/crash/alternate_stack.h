// The stack on which a handler runs when the thread's own is full. A thread that has one keeps it.
//
// Threads: each for itself. Memory: 64 KiB and what the processor saves, of which a thread that
// does not crash touches nothing; given back when the thread ends.
#pragma once

namespace nanospan::crash {

// False: no memory.
bool give_alternate_stack() noexcept;

}  // namespace nanospan::crash

// StackWalk: the return addresses of a crashed thread, without risk for the handler.
//
// By the unwinder of libgcc, under a guard: a fault while it reads a broken stack jumps back here
// and leaves the frames found so far. Why not others:
// - frame pointers: compilers leave them out at -O2, and one frame is no stack. They are the way
//   out where the tables know nothing of the pc (a call through a null pointer, generated code),
//   read by process_vm_readv, which fails where a load would fault.
// - backtrace() of glibc: the same unwinder behind a dlopen in its first call, and no guard.
// - unwinding by our own reading of the tables: a second unwinder to keep right.
// libgcc finds its tables by _dl_find_object, which takes no lock (glibc 2.35, GCC 12). Where the
// C library has none it would take the loader's lock, so that frame pointers alone are followed.
// What is left: a program that registered frames of generated code (__register_frame) has a mutex
// there, which it holds for the time of a registration.
//
// Threads: the one whose turn it is. Async-signal-safe within these limits.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "crash/posix_registers.h"

namespace nanospan::crash {

// First and before any other: at the installation, where it may allocate and load what it needs.
void prepare_walk() noexcept;
// Of an interrupted thread: frames[0] is its pc. Returns how many.
[[nodiscard]] std::size_t walk_interrupted(const Registers& registers,
                                           std::span<std::uint64_t> frames) noexcept;
// Of the caller: frames[0] is `from`, a return address on this thread's stack.
[[nodiscard]] std::size_t walk_from(std::uint64_t from, std::span<std::uint64_t> frames) noexcept;

// For a handler, before anything else: does not return if this thread faulted within a walk.
void leave_walk(pid_t thread, int signal) noexcept;

}  // namespace nanospan::crash

// The crash handler: how the process ended goes into the region, and from there onto the span that
// was current on the thread that crashed.
//
//   nanospan::Recorder recorder = nanospan::Recorder::start({.service_name = "task-service"});
//   if (auto installed = nanospan::install_crash_handler(); !installed) log(installed.error());
//
// It hears SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS and std::terminate, on every thread,
// stack overflows included on the thread that installs it and on those that record their first
// span, or call prepare_thread(), afterwards: for them an alternate stack is set up, if they have
// none. A thread that recorded before the installation has one from its next prepare_thread() on.
// It writes what happened into the region: signal, fault address, thread, registers, return
// addresses; then whoever handled the signal before does so (a crash reporter, a sanitizer), else
// the default action: core dumps and exit statuses are as without it. `nanospan export` shows the
// crash as an `exception` event of the span.
//
// Threads: any. Limits: 64 frames, 256 modules. Of threads that crash together the first is
// described. A fault that whoever handled it before overcomes and returns from is forgotten; one
// that it leaves by siglongjmp can't be told from one that it is still at work on, and is taken for
// the crash until its thread crashes again. The handler allocates nothing and takes no lock.
// Without a running recorder it writes nothing and hands on.
#pragma once

#include <chrono>
#include <string>

#include "nanospan/detail/compiler.h"
#include "nanospan/status.h"

namespace nanospan {

struct CrashHandlerOptions {
  // A directory that outlives the machine's memory: at a crash the region is copied there as
  // <name of the region>.region, as <…>.region.part until it is whole. "": no copy.
  std::string copy_directory = {};
  // The copy is given up after it, between two writes; a single write that hangs can't be. A day at
  // most.
  std::chrono::milliseconds copy_timeout{2000};
};

// Before a crash reporter is installed or behind it: both work. Once in a process, for its life;
// what is forked inherits it. Errors: it is installed already; the directory can't be written; no
// memory for a stack to run on.
[[nodiscard]] NANOSPAN_EXPORT Status install_crash_handler(const CrashHandlerOptions& options = {});

// Notes which modules are loaded now, with their build ids, so that addresses can be told apart
// after a crash. Done at the installation and whenever a module's first callsite registers: only a
// program that loads libraries without callsites needs it.
NANOSPAN_EXPORT void refresh_crash_modules() noexcept;

}  // namespace nanospan

// Turn: which thread describes its crash. The first; no thread waits for it longer than it may.
//
// Two words and no lock: the thread's id, and how far it is. What comes again on the same thread
// is a fault within the handler, which ends the process, or the next signal on the way out: abort()
// behind std::terminate, a reporter that raises the signal anew.
// Threads: any, in handlers. Async-signal-safe.
#pragma once

#include <sys/types.h>

namespace nanospan::crash {

enum class Turn {
  kFirst,          // describe it
  kWithinHandler,  // a fault while describing
  kAgain,          // this thread's crash is described already
  kOther           // another thread's is, and it had its time
};

// `nested`: the signal came while a handler of this thread was running.
[[nodiscard]] Turn take_turn(pid_t thread, bool nested) noexcept;
// The crash stands in the page; `will_abort`: SIGABRT follows and is the same crash.
void describe_done(bool will_abort) noexcept;
// True for the first time that this signal goes to who handled it before, in one crash.
[[nodiscard]] bool first_hand_on(int signal) noexcept;
// Who handled it before came back: the process goes on.
void give_turn_back() noexcept;
// How long others wait: the copy's time and a second.
void set_patience_ms(long milliseconds) noexcept;

}  // namespace nanospan::crash

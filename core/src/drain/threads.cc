#include "drain/threads.h"

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/log.h"
#include "base/sentence.h"

namespace nanospan::drain {

namespace {

// linux/sched/types.h, version 0; the C library has no wrapper.
struct SchedAttr {
  std::uint32_t size, policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime, deadline, period;
};

}  // namespace

void ask_for_short_slices() noexcept {
  SchedAttr attr{};
  if (syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0) != 0 || attr.policy != SCHED_OTHER)
    return;
  attr.size = sizeof(attr);
  attr.flags = 0;
  attr.runtime = 100'000;
  (void)syscall(SYS_sched_setattr, 0, &attr, 0);
}

void place_thread(const char* name, const DrainOptions& options, bool warns) {
  pthread_setname_np(pthread_self(), name);
  if (!options.cpus.empty()) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const unsigned cpu : options.cpus)
      if (cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0 && warns)
      base::say(LogLevel::kWarning,
                "The drain can't be bound to the processors asked for (%s); it runs anywhere.",
                std::strerror(errno));
  }
  if (options.nice != 0 &&
      setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), options.nice) != 0 && warns)
    base::say(LogLevel::kWarning,
              "The drain can't have the niceness asked for (%s); it keeps the process's.",
              std::strerror(errno));
}

Status Thread::start(void* (*body)(void*), void* with) {
  sigset_t all, before;
  sigfillset(&all);
  // A fault whose signal is blocked ends the process without a word to whoever handles crashes.
  for (const int fault : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGTRAP}) sigdelset(&all, fault);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(&id_, nullptr, body, with);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  is_started_ = error == 0;
  if (is_started_) return {};
  return base::failure(
      "A background thread can't be started (%s); allow the process more threads (ulimit -u, the "
      "cgroup's pids.max) or more memory.",
      std::strerror(error));
}

void Thread::join() noexcept {
  is_started_ = false;
  pthread_join(id_, nullptr);
}

void Thread::detach() noexcept {
  is_started_ = false;
  pthread_detach(id_);
}

}  // namespace nanospan::drain

#include "drain/threads.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/sentence.h"

namespace nanospan::drain {

void place_thread(const char* name, const DrainOptions& options, bool warns) {
  pthread_setname_np(pthread_self(), name);
  if (!options.cpus.empty()) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const unsigned cpu : options.cpus)
      if (cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0 && warns)
      base::log(LogLevel::kWarning,
                base::sentence(
                    "The drain can't be bound to the processors asked for (%s); it runs anywhere.",
                    std::strerror(errno)));
  }
  if (options.nice != 0 &&
      setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), options.nice) != 0 && warns)
    base::log(
        LogLevel::kWarning,
        base::sentence("The drain can't have the niceness asked for (%s); it keeps the process's.",
                       std::strerror(errno)));
}

Result<std::thread> start_thread(std::function<void()> body) {
  sigset_t all, before;
  sigfillset(&all);
  // A fault whose signal is blocked ends the process without a word to whoever handles crashes.
  for (const int fault : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGTRAP}) sigdelset(&all, fault);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Result<std::thread> made = [&]() -> Result<std::thread> {
    try {
      return std::thread(std::move(body));
    } catch (const std::exception& error) {
      return Status::failure(
          base::sentence("The drain's thread can't be started (%s); allow the process more threads "
                         "(ulimit -u, the cgroup's pids.max) "
                         "or more memory.",
                         error.what()));
    }
  }();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return made;
}

}  // namespace nanospan::drain

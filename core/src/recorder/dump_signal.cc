// Dumps on a signal: a handler that posts a semaphore, and a thread that waits for it.
//
// A semaphore and no eventfd or pipe: a program that closes all descriptors it finds would give the
// number to a file of its own, and the handler would write into that.
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/sentence.h"
#include "drain/threads.h"
#include "nanospan/dump.h"
#include "recorder/dump_settings.h"
#include "recorder/recorder_impl.h"

namespace nanospan {
namespace {

// The handler's. A handler that the application put over ours may call it for as long as the
// process lives.
constinit sem_t posted{};                       // made before a handler is installed
constinit struct sigaction earlier[NSIG] = {};  // likewise
// Its own earlier one may be ours. Initial-exec: a handler must not be what allocates it.
[[gnu::tls_model("initial-exec")]] constinit thread_local bool is_calling_earlier = false;

void on_signal(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  sem_post(&posted);
  const struct sigaction& before = earlier[signal];
  if (!std::exchange(is_calling_earlier, true)) {
    if ((before.sa_flags & SA_SIGINFO) != 0)
      before.sa_sigaction(signal, info, context);
    else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
      before.sa_handler(signal);
    is_calling_earlier = false;
  }
  errno = error;
}

bool is_ours(const struct sigaction& action) noexcept {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == on_signal;
}

// In the place of the handler that is there, with its mask and flags. Errors: an errno.
int install(int signal) noexcept {
  struct sigaction there {};
  if (sigaction(signal, nullptr, &there) != 0) return errno;
  if (is_ours(there)) return 0;  // in a forked child
  earlier[signal] = there;
  struct sigaction ours = there;
  const bool is_handled = (there.sa_flags & SA_SIGINFO) != 0 ||
                          (there.sa_handler != SIG_DFL && there.sa_handler != SIG_IGN);
  if (!is_handled) ours.sa_flags = SA_RESTART | SA_ONSTACK;
  ours.sa_flags |= SA_SIGINFO;
  ours.sa_flags &= ~static_cast<int>(SA_RESETHAND);
  ours.sa_sigaction = on_signal;
  return sigaction(signal, &ours, nullptr) == 0 ? 0 : errno;
}

// Unless somebody has put another over ours.
void restore(int signal) noexcept {
  struct sigaction there {};
  if (sigaction(signal, nullptr, &there) == 0 && is_ours(there))
    sigaction(signal, &earlier[signal], nullptr);
}

// The thread that writes, and what it is told.
class Writer {
 public:
  explicit Writer(DumpSettings settings) : settings_(std::move(settings)) {}

  // Shared with the thread, which may be left behind.
  static Status start(const std::shared_ptr<Writer>& writer) {
    auto its_own = std::make_unique<std::shared_ptr<Writer>>(writer);
    drain::Thread thread;
    if (Status started = thread.start(run_with, its_own.get()); !started) return started;
    (void)its_own.release();
    thread.detach();
    return {};
  }
  // False: it is still writing at the deadline; it ends by itself behind that.
  bool stop(Deadline deadline) noexcept {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    sem_post(&posted);
    return ended_.wait_until(lock, deadline, [this] { return has_ended_; });
  }
  [[nodiscard]] int signal() const noexcept { return settings_.signal; }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  [[nodiscard]] bool is_stopping() noexcept {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }
  static void* run_with(void* its_own) noexcept {
    const std::unique_ptr<std::shared_ptr<Writer>> writer(
        static_cast<std::shared_ptr<Writer>*>(its_own));
    (*writer)->run();
    return nullptr;
  }
  void run() noexcept {
    pthread_setname_np(pthread_self(), "nanospan-dump");
    while (!is_stopping()) {
      if (sem_wait(&posted) != 0) continue;
      while (sem_trywait(&posted) == 0) {  // one dump answers all that came before it
      }
      if (!is_stopping()) write();
    }
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    ended_.notify_all();
  }
  [[nodiscard]] std::string said(const std::string& path, const DumpReport& report) const {
    std::string text = base::sentence("Dumped %s to %s, %llu in flight.",
                                      base::counted(report.spans, "span").c_str(), path.c_str(),
                                      static_cast<unsigned long long>(report.unfinished));
    if (report.overwritten != 0)
      text += base::sentence(
          " They reach back %.1f s; of the %.1f s asked for up to %s had been overwritten.",
          std::chrono::duration<double>(report.whole).count(),
          std::chrono::duration<double>(settings_.last).count(),
          base::counted(report.overwritten, "span").c_str());
    return text;
  }
  void write() noexcept {
    try {
      // Two in one millisecond have two names.
      const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
          std::chrono::system_clock::now().time_since_epoch());
      named_ms_ = std::max<long long>(named_ms_ + 1, now.count());
      const std::string path = base::sentence("%s/dump-%ld-%lld.jsonl", settings_.directory.c_str(),
                                              static_cast<long>(pid_), named_ms_);
      const Result<DumpReport> dumped = dump(path, settings_.last);
      if (!dumped) return base::log(LogLevel::kError, dumped.error());
      base::log(LogLevel::kInfo, said(path, *dumped));
    } catch (const std::exception&) {  // no memory for a sentence
    }
  }

  const DumpSettings settings_;
  const pid_t pid_ = getpid();
  long long named_ms_ = 0;
  std::mutex mutex_;  // of what follows
  std::condition_variable ended_;
  bool stopping_ = false, has_ended_ = false;
};

// Of the recorder that runs: stored by its start and stop, which never overlap. In a forked child
// also its parent's, which is kept: its thread is not there, and its lock may be held for ever.
struct Running {
  std::shared_ptr<Writer> writer;
  Running* of_parent;
};
constinit Running* running = nullptr;

bool is_of_this_process(const Running* one) noexcept {
  return one != nullptr && one->writer->pid() == getpid();
}

Status start_writer(const DumpSettings& settings) {
  if (!recorder::may_ask_for_dumps(settings.signal))
    return base::failure(
        "No dump will come on signal %d, which can't be caught or means a fault; "
        "name another, SIGUSR2 for instance.",
        settings.signal);
  sem_init(&posted, 0, 0);
  auto writer = std::make_shared<Writer>(settings);
  if (const Status started = Writer::start(writer); !started)
    return base::failure("No dump will come on signal %d. %s", settings.signal,
                         started.error().c_str());
  running = new Running{std::move(writer), running};
  if (const int error = install(settings.signal); error != 0)
    return base::failure("No dump will come on signal %d (%s); name another.", settings.signal,
                         std::strerror(error));
  return {};
}

void start(const DumpSettings& given) noexcept {
  try {
    const DumpSettings settings = recorder::with_environment(given);
    if (settings.signal == 0) return;
    if (const Status started = start_writer(settings); !started)
      base::log(LogLevel::kError, started.error());
  } catch (const std::exception&) {
    base::log(LogLevel::kError, "No dump will come on a signal: there is no memory.");
  }
}

void stop(Deadline deadline) noexcept {
  if (!is_of_this_process(running)) return;
  const std::unique_ptr<Running> one(std::exchange(running, running->of_parent));
  restore(one->writer->signal());
  (void)one->writer->stop(deadline);
}

constexpr DumpSignal kDumpSignal{start, stop};

}  // namespace

void enable_dump_on_signal() noexcept {
  dump_signal.store(&kDumpSignal, std::memory_order_release);
}

}  // namespace nanospan

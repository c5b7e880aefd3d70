#include "crash/signals.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/sentence.h"
#include "crash/region_copy.h"
#include "crash/stack_walk.h"
#include "crash/turn.h"

namespace nanospan::crash {
namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS};

// Stored at the installation, before the handler can run.
struct sigaction handled_before[NSIG];
std::atomic<long> copy_timeout_ms{2000};

// Does the instruction fault again when the handler returns?
bool repeats(const siginfo_t& info) noexcept {
  const bool is_fault = info.si_signo == SIGSEGV || info.si_signo == SIGBUS ||
                        info.si_signo == SIGILL || info.si_signo == SIGFPE;
  return is_fault && info.si_code > 0 &&
         !(info.si_signo == SIGBUS && info.si_code == BUS_MCEERR_AO);
}

bool was_sent(const siginfo_t& info) noexcept {
  return info.si_code <= 0;
}

void restore_default(int signal) noexcept {
  struct sigaction none {};
  none.sa_handler = SIG_DFL;
  sigaction(signal, &none, nullptr);
}

void send_to_this_thread(int signal) noexcept {
  (void)syscall(SYS_tgkill, getpid(), gettid(), signal);
}

// The core dump shows the fault, not us: the faulting instruction repeats, or the signal comes
// again when the handler returns and its mask is lifted.
void take_default_action(const siginfo_t& info) noexcept {
  restore_default(info.si_signo);
  if (!repeats(info)) send_to_this_thread(info.si_signo);
}

[[noreturn]] void end_now(int signal) noexcept {
  restore_default(signal);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  send_to_this_thread(signal);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  _exit(128 + signal);
}

// As the kernel would have called it: its mask beside the one that was interrupted, and the default
// action in its place if it was to be called once.
void call_before(const struct sigaction& before, int signal, siginfo_t* info,
                 void* context) noexcept {
  if ((before.sa_flags & static_cast<int>(SA_RESETHAND)) != 0) restore_default(signal);
  sigset_t mask = mask_of(context);
  sigorset(&mask, &mask, &before.sa_mask);
  if ((before.sa_flags & SA_NODEFER) == 0) sigaddset(&mask, signal);
  sigset_t ours;
  pthread_sigmask(SIG_SETMASK, &mask, &ours);
  if ((before.sa_flags & SA_SIGINFO) != 0)
    before.sa_sigaction(signal, info, context);
  else
    before.sa_handler(signal);
  pthread_sigmask(SIG_SETMASK, &ours, nullptr);
}

// abort() goes on behind a handler that returns, and ends the process itself.
bool is_abort(const siginfo_t& info) noexcept {
  return info.si_signo == SIGABRT && info.si_code == SI_TKILL && info.si_pid == getpid();
}

void overcome() noexcept {
  if (const Target* const target = live_target()) {
    withdraw(*target->page);
    remove_copy(*target);
  }
  give_turn_back();
}

// Whose handler it is now, ours or that of who installed theirs over it.
auto handler_of(int signal) noexcept {
  struct sigaction now {};
  sigaction(signal, nullptr, &now);
  return now.sa_sigaction;
}

void hand_on(Turn turn, bool nested, siginfo_t* info, void* context) noexcept {
  const int signal = info->si_signo;
  const struct sigaction& before = handled_before[signal];
  const bool is_handler = (before.sa_flags & SA_SIGINFO) != 0 ||
                          (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN);
  // A handler that fails within itself gets no second call.
  const bool may_call = turn == Turn::kOther ? !nested : first_hand_on(signal);
  if (is_handler && may_call) {
    const auto installed = handler_of(signal);
    call_before(before, signal, info, context);
    // A reporter that restores the default action and returns lets the fault repeat and kill.
    const bool goes_on = !is_abort(*info) && handler_of(signal) == installed;
    if (turn == Turn::kFirst && goes_on) overcome();
    return;
  }
  const bool is_ignored = !is_handler && before.sa_handler == SIG_IGN && was_sent(*info);
  if (!is_ignored) return take_default_action(*info);
  if (turn == Turn::kFirst && !is_abort(*info)) overcome();
}

CrashFacts facts_of(const siginfo_t& info, const void* context) noexcept {
  CrashFacts facts;
  facts.kind = format::CrashKind::kSignal;
  facts.signal = info.si_signo;
  facts.code = info.si_code;
  facts.registers = registers_of(context);
  if (was_sent(info))
    facts.sender = static_cast<std::uint64_t>(info.si_pid);
  else if (info.si_signo == SIGSYS)
    facts.address = reinterpret_cast<std::uint64_t>(info.si_call_addr);
  else
    facts.address = reinterpret_cast<std::uint64_t>(info.si_addr);
  return facts;
}

void on_signal(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  const pid_t thread = gettid();
  leave_walk(thread, signal);
  const bool nested = came_on_alternate_stack(context);
  const Turn turn = take_turn(thread, nested);
  if (turn == Turn::kWithinHandler) end_now(signal);
  if (turn == Turn::kFirst) {
    describe(facts_of(*info, context), true, 0);
    describe_done(false);
  }
  hand_on(turn, nested, info, context);
  errno = error;
}

}  // namespace

void set_copy_timeout_ms(long milliseconds) noexcept {
  copy_timeout_ms.store(milliseconds, std::memory_order_relaxed);
  set_patience_ms(milliseconds + 1000);
}

void describe(const CrashFacts& facts, bool interrupted, std::uint64_t from) noexcept {
  const Target* const target = live_target();
  if (target == nullptr) return;
  write_facts(*target, facts);
  std::uint64_t frames[format::kCrashFrames];
  const std::size_t count =
      interrupted ? walk_interrupted(facts.registers, frames) : walk_from(from, frames);
  write_frames(*target->page, {frames, count});
  copy_region(*target, copy_timeout_ms.load(std::memory_order_relaxed));
}

Status install_signals() {
  for (const int signal : kSignals) {
    struct sigaction ours {};
    ours.sa_sigaction = on_signal;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
    // Blocked, so that a fault within the handler ends the process by the kernel's own hand.
    sigfillset(&ours.sa_mask);
    // The one before must be known when the first signal comes.
    if (sigaction(signal, nullptr, &handled_before[signal]) != 0 ||
        sigaction(signal, &ours, nullptr) != 0)
      return base::failure("The crash handler can't be installed: sigaction(%d) says %s.", signal,
                           std::strerror(errno));
  }
  return {};
}

}  // namespace nanospan::crash

#include "crash/turn.h"

#include <atomic>
#include <cstdint>
#include <ctime>

namespace nanospan::crash {
namespace {

enum Stage : int { kDescribing, kDescribed, kWillAbort };

// Stored by the thread whose turn it is, and looked at by those that come while it has it. Nobody's
// turn is at the stage kDescribing, so that a taker need not set it after the fact.
std::atomic<pid_t> owner{0};
std::atomic<int> stage{kDescribing};
std::atomic<std::uint64_t> handed_on{0};  // a bit for each signal
std::atomic<long> patience_ms{3000};

constexpr timespec kPause{0, 1'000'000};

bool try_to_be_first(pid_t thread) noexcept {
  pid_t nobody = 0;
  if (!owner.compare_exchange_strong(nobody, thread, std::memory_order_acq_rel)) return false;
  handed_on.store(0, std::memory_order_relaxed);
  return true;
}

// Its handler was left by longjmp, by who had it before: this crash is another.
bool is_left_over(bool nested) noexcept {
  return !nested && stage.load(std::memory_order_acquire) == kDescribed;
}

}  // namespace

Turn take_turn(pid_t thread, bool nested) noexcept {
  for (long waited = 0; !try_to_be_first(thread); ++waited) {
    const pid_t who = owner.load(std::memory_order_acquire);
    if (who == thread) {
      if (is_left_over(nested)) {
        give_turn_back();
        continue;
      }
      return stage.load(std::memory_order_acquire) == kDescribing ? Turn::kWithinHandler
                                                                  : Turn::kAgain;
    }
    const bool is_described = who != 0 && stage.load(std::memory_order_acquire) != kDescribing;
    if (is_described || waited >= patience_ms.load(std::memory_order_relaxed)) return Turn::kOther;
    nanosleep(&kPause, nullptr);
  }
  return Turn::kFirst;
}

void describe_done(bool will_abort) noexcept {
  stage.store(will_abort ? kWillAbort : kDescribed, std::memory_order_release);
}

bool first_hand_on(int signal) noexcept {
  const std::uint64_t bit = std::uint64_t{1} << (signal & 63);
  return (handed_on.fetch_or(bit, std::memory_order_relaxed) & bit) == 0;
}

void give_turn_back() noexcept {
  stage.store(kDescribing, std::memory_order_release);
  owner.store(0, std::memory_order_release);
}

void set_patience_ms(long milliseconds) noexcept {
  patience_ms.store(milliseconds, std::memory_order_relaxed);
}

}  // namespace nanospan::crash

#include "nanospan/crash_handler.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <new>

#include "base/sentence.h"
#include "capture/hooks.h"
#include "capture/thread.h"
#include "crash/alternate_stack.h"
#include "crash/modules.h"
#include "crash/signals.h"
#include "crash/stack_walk.h"
#include "crash/target.h"
#include "crash/terminate.h"

namespace nanospan {
namespace crash {
namespace {

// The handler's: replaced when another recorder starts.
constinit std::atomic<const Target*> newest{nullptr};

// Under the lock: what prepares, never what handles.
struct Preparation {
  std::mutex mutex;
  bool installed = false;
  std::string copy_directory;
};
Preparation& preparation() {
  static Preparation* const made = new Preparation;
  return *made;
}

void free_lock_in_child() noexcept {
  new (&preparation().mutex) std::mutex;
}

// "<directory>/<name of the region>.region", and with ".part" behind it. "": too long, or no copy.
void name_copy(Target& target, const std::string& directory) noexcept {
  if (directory.empty()) return;
  const std::string& region = target.region->path();
  const std::size_t slash = region.rfind('/') + 1;
  const auto bytes = static_cast<int>(region.rfind('.') - slash);
  std::snprintf(target.part_path, sizeof(target.part_path), "%s/%.*s.region.part",
                directory.c_str(), bytes, region.c_str() + slash);
  const std::size_t length = std::strlen(target.part_path);
  if (length + 1 == sizeof(target.part_path)) return;
  std::memcpy(target.copy_path, target.part_path, length - std::strlen(".part"));
}

void prepare_region(region::Region& region) noexcept {
  Preparation& all = preparation();
  const capture::LockMark mark;
  const std::lock_guard lock(all.mutex);
  const Target* const before = newest.load(std::memory_order_relaxed);
  if (before != nullptr && before->region == &region) return;
  auto* const target = new (std::nothrow) Target;
  if (target == nullptr) return;
  target->region = &region;
  target->page = region.prepare_crash_page(0);
  target->before = before;
  if (target->page == nullptr) {  // no memory for it: crashes are handed on unwritten
    delete target;
    return;
  }
  name_copy(*target, all.copy_directory);
  (void)write_modules(*target);
  newest.store(target, std::memory_order_release);
}

void lease_stack() noexcept {
  (void)give_alternate_stack();
}

// Not in a hurry: who refreshes at this moment sees what is new, or the next who registers does.
void refresh_modules() noexcept {
  const capture::LockMark mark;
  const std::unique_lock lock(preparation().mutex, std::try_to_lock);
  const Target* const target = live_target();
  if (lock.owns_lock() && target != nullptr) (void)write_modules(*target);
}

constexpr capture::Hooks kHooks{prepare_region, lease_stack, refresh_modules};

Status check_directory(const std::string& directory) {
  if (directory.empty()) return {};
  const bool is_usable = access((directory + "/.").c_str(), W_OK | X_OK) == 0;
  if (is_usable) return {};
  return base::failure(
      "Crashed regions can't be copied to %s (%s); give a directory that is there and that this "
      "process may write.",
      directory.c_str(), std::strerror(errno));
}

Status claim(const CrashHandlerOptions& options) {
  Preparation& all = preparation();
  const std::lock_guard lock(all.mutex);
  if (all.installed)
    return base::failure(
        "The crash handler is installed already; install it once, where the program starts.");
  all.installed = true;
  all.copy_directory = options.copy_directory;
  return {};
}

}  // namespace

const Target* live_target() noexcept {
  const Target* const target = newest.load(std::memory_order_acquire);
  const capture::Runtime* const runtime = capture::current();
  if (target == nullptr || runtime == nullptr || runtime->region != target->region) return nullptr;
  return target->region->header().pid == static_cast<std::uint64_t>(getpid()) ? target : nullptr;
}

}  // namespace crash

Status install_crash_handler(const CrashHandlerOptions& options) {
  if (Status usable = crash::check_directory(options.copy_directory); !usable) return usable;
  if (!crash::give_alternate_stack())
    return base::failure(
        "The crash handler has no memory for a stack to run on; raise the process's address space "
        "limit (ulimit -v).");
  if (Status first = crash::claim(options); !first) return first;
  crash::prepare_walk();
  constexpr std::chrono::milliseconds kCopyTimeoutMax =
      std::chrono::hours(24);  // what it is added to must not overflow
  crash::set_copy_timeout_ms(std::min(options.copy_timeout, kCopyTimeoutMax).count());
  pthread_atfork(nullptr, nullptr, crash::free_lock_in_child);
  capture::hooks.store(&crash::kHooks, std::memory_order_seq_cst);
  if (capture::Runtime* const runtime = capture::current()) crash::prepare_region(*runtime->region);
  crash::install_terminate();
  return crash::install_signals();
}

void refresh_crash_modules() noexcept {
  crash::refresh_modules();
}

}  // namespace nanospan

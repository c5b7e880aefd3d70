#include "task_cache.h"

#include <nanospan/nanospan.h>

namespace demo {
namespace {

constexpr std::uint64_t kReadsBetween = 160, kFirstAt = 80;

// Stands for a write and an fsync() on a disk that others use too.
void write_to_disk(const std::map<int, std::string>& labels) {
  NANOSPAN_SCOPE(span, "cache: write to disk");
  span.set_attribute("entries", labels.size());
  std::this_thread::sleep_for(kTail);
}

}  // namespace

TaskCache::TaskCache(Cause cause)
    : holds_lock_while_it_saves_(cause == Cause::kLock), saver_([this] { save_when_due(); }) {}

TaskCache::~TaskCache() {
  {
    const std::lock_guard hold(lock_);
    ends_ = true;
  }
  changed_.notify_all();
  saver_.join();
}

std::string TaskCache::labels_of(int user) {
  NANOSPAN_SCOPE(span, "cache: labels");
  std::unique_lock hold(lock_, std::defer_lock);
  {
    NANOSPAN_SCOPE(wait, "cache: wait for lock");
    hold.lock();
  }
  if (++reads_ % kReadsBetween == kFirstAt) {
    save_is_due_ = true;
    changed_.notify_all();
  }
  std::string& labels = labels_[user];
  span.set_attribute("cache.hit", !labels.empty());
  if (labels.empty()) labels = "[\"user " + std::to_string(user) + "\"]";
  return labels;
}

void TaskCache::save_when_due() {
  while (true) {
    {
      std::unique_lock hold(lock_);
      changed_.wait(hold, [this] { return save_is_due_ || ends_; });
      if (ends_) return;
      save_is_due_ = false;
    }
    save();
  }
}

void TaskCache::save() {
  NANOSPAN_SCOPE(span, "cache: save");
  std::unique_lock hold(lock_);
  const std::map<int, std::string> copy = labels_;
  // Injected by --cause lock. In real life somebody has put I/O into a critical section, where it
  // took a millisecond on his machine. No CPU profile shows those who wait for the lock, and no
  // span of their own work: only a span around the waiting does.
  if (!holds_lock_while_it_saves_) hold.unlock();
  write_to_disk(copy);
}

}  // namespace demo

#include "base/log.h"

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <mutex>
#include <new>

namespace nanospan {
namespace {

struct Sink {
  std::mutex mutex;
  LogHandler handler;
};
Sink& sink() {
  // Outlives static destructors that log, and leaves nothing behind when its module is unloaded.
  alignas(Sink) static std::byte place[sizeof(Sink)];
  static Sink* const made = new (place) Sink;
  return *made;
}

constexpr int kNone = -1;
// Set at a recorder's start, loaded by whoever logs; it orders nothing else.
std::atomic<int> threshold{static_cast<int>(LogLevel::kInfo)};

const char* name_of(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::kError:
      return "error";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kInfo:
      break;
  }
  return "info";
}

}  // namespace

void set_log_handler(LogHandler handler) {
  const std::lock_guard lock(sink().mutex);
  sink().handler = std::move(handler);
}

void base::set_log_threshold(std::optional<LogLevel> level) noexcept {
  threshold.store(level ? static_cast<int>(*level) : kNone, std::memory_order_relaxed);
}

void base::log(LogLevel level, std::string_view message) noexcept {
  if (static_cast<int>(level) > threshold.load(std::memory_order_relaxed)) return;
  try {
    const std::lock_guard lock(sink().mutex);
    if (sink().handler)
      sink().handler(level, message);
    else
      std::fprintf(stderr, "nanospan %s: %.*s\n", name_of(level), static_cast<int>(message.size()),
                   message.data());
  } catch (...) {  // a handler that throws has had its message
  }
}

}  // namespace nanospan

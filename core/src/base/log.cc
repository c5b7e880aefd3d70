#include "base/log.h"

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <new>
#include <utility>

#include "base/sentence.h"

namespace nanospan {
namespace {

// Constant and without a destructor: it outlives static destructors that log, and a forked child
// finds no guard of a variable that a thread it does not have was making.
struct Sink {
  std::mutex mutex;
  const LogHandler* handler = nullptr;  // nullptr: standard error
};
constinit Sink sink;

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
  const auto* const made = handler ? new LogHandler(std::move(handler)) : nullptr;
  const std::lock_guard lock(sink.mutex);
  delete std::exchange(sink.handler, made);
}

void base::set_log_threshold(std::optional<LogLevel> level) noexcept {
  threshold.store(level ? static_cast<int>(*level) : kNone, std::memory_order_relaxed);
}

void base::free_log_in_child() noexcept {
  new (&sink.mutex) std::mutex;
}

void base::log(LogLevel level, std::string_view message) noexcept {
  if (static_cast<int>(level) > threshold.load(std::memory_order_relaxed)) return;
  try {
    const std::lock_guard lock(sink.mutex);
    if (sink.handler != nullptr)
      (*sink.handler)(level, message);
    else
      std::fprintf(stderr, "nanospan %s: %.*s\n", name_of(level), static_cast<int>(message.size()),
                   message.data());
  } catch (...) {  // a handler that throws has had its message
  }
}

void base::say(LogLevel level, const char* format, ...) noexcept {
  std::va_list arguments;
  va_start(arguments, format);
  try {
    log(level, sentence_of(format, arguments));
  } catch (...) {
  }
  va_end(arguments);
}

}  // namespace nanospan

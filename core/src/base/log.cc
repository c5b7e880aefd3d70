#include "base/log.h"

#include <cstdio>
#include <mutex>

namespace nanospan {
namespace {

struct Sink {
  std::mutex mutex;
  LogHandler handler;
};
Sink& sink() {
  static Sink* const made = new Sink;  // outlives static destructors that log
  return *made;
}

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

void base::log(LogLevel level, std::string_view message) noexcept {
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

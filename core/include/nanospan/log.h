// Where nanospan's own messages go. OTEL_LOG_LEVEL says how important they must be; a recorder
// reads it at its start. Source: OpenTelemetry error-handling.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "nanospan/detail/compiler.h"

namespace nanospan {

enum class LogLevel : std::uint8_t { kError, kWarning, kInfo };

// Called from any thread, one call at a time; must not throw nor record spans.
using LogHandler = std::function<void(LogLevel, std::string_view)>;

// Replaces the handler; an empty one restores the default: one line on standard error. Messages
// come at most once a minute for one cause.
NANOSPAN_EXPORT void set_log_handler(LogHandler handler);

}  // namespace nanospan

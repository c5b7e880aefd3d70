// The library's own messages, handed to the user's handler.
#pragma once

#include <optional>
#include <string_view>

#include "nanospan/log.h"

namespace nanospan::base {

// Never throws; an exception of the handler ends there.
void log(LogLevel level, std::string_view message) noexcept;

// The least important level that is still handed on; nothing: none is. As after the start of the
// program: kInfo, all of them. Any thread.
void set_log_threshold(std::optional<LogLevel> threshold) noexcept;

// For pthread_atfork: another thread may have been logging.
void free_log_in_child() noexcept;

}  // namespace nanospan::base

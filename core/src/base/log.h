// The library's own messages, handed to the user's handler.
#pragma once

#include <optional>
#include <string_view>

#include "nanospan/log.h"

namespace nanospan::base {

// Never throws; an exception of the handler ends there.
void log(LogLevel level, std::string_view message) noexcept;
// A sentence, as of base/sentence.h. Without memory for the words it is not said.
[[gnu::format(printf, 2, 3)]] void say(LogLevel level, const char* format, ...) noexcept;

// The least important level that is still handed on; nothing: none is. As after the start of the
// program: kInfo, all of them. Any thread.
void set_log_threshold(std::optional<LogLevel> threshold) noexcept;

// For pthread_atfork: another thread may have been logging.
void free_log_in_child() noexcept;

}  // namespace nanospan::base

// The library's own messages, handed to the user's handler.
#pragma once

#include <string_view>

#include "nanospan/log.h"

namespace nanospan::base {

// Never throws; an exception of the handler ends there.
void log(LogLevel level, std::string_view message) noexcept;

}  // namespace nanospan::base

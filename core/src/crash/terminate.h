// std::terminate: an exception that nobody catches, a thread that nobody joined.
//
// It runs on the thread's own stack and not in a signal handler, but nothing is trusted: the
// type's name is read from the exception's type, its message asked for when all else is written.
#pragma once

namespace nanospan::crash {

void install_terminate() noexcept;

}  // namespace nanospan::crash

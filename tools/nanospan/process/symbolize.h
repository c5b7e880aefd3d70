// Symbolizing: addresses of a crashed process into functions and source lines, afterwards.
//
// Only from binaries whose build id is the one that was loaded: another build of the same program
// would give names that look right and are not. Separate debug files are found by build id where
// the system keeps them. Inlined calls are shown, the innermost first.
// Threads: none. Memory: the debug information of the modules that frames lie in.
#pragma once

#include <string>

#include "decode/crash_report.h"

namespace nanospan::tools {

// "#0  0x55d0c1a011e9 in handle(Request const&) at server.cc:42", a line for each call; a frame
// whose binary is not here is told by module and offset.
[[nodiscard]] std::string symbolized_stack_trace(const decode::CrashReport& report);

}  // namespace nanospan::tools

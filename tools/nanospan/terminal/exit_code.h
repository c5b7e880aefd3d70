// What the command's exit code says; --help lists the same.
#pragma once

namespace nanospan::tools {

enum ExitCode : int {
  kOk = 0,
  kNothingFound = 1,
  kUsage = 2,
  kUnreadable = 3,
  kDamaged = 4,
  kOutputFailed = 5,
};

inline constexpr const char* kExitCodeHelp =
    "Exit codes:\n"
    "  0  done, or its reader had seen enough (| head)\n"
    "  1  nothing found: no region, no span, no such trace; cost: nothing can record\n"
    "  2  the command line is wrong\n"
    "  3  the input can't be read, or is of another version\n"
    "  4  damage was found and skipped; the rest was shown or written\n"
    "  5  the output can't be written\n";

}  // namespace nanospan::tools

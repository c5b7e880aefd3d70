// What dumps on a signal are told: by the options, and by the environment where they are silent.
//
// Threads: as config/environment.h. Errors: what is no use in the environment is said in the log.
#pragma once

#include "nanospan/recorder.h"

namespace nanospan::recorder {

// Those of faults are the crash handler's: a dump that is written later would tell nothing of them.
[[nodiscard]] bool may_ask_for_dumps(int signal) noexcept;
// All of it set, but for a signal that nobody names, which stays 0; one of the options is
// unchecked.
[[nodiscard]] DumpSettings with_environment(DumpSettings settings);

}  // namespace nanospan::recorder

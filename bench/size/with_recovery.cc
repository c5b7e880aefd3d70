// Beside with_core.cc: the same program, and it recovers at its start.
#include "nanospan/recorder.h"

static const bool recovers = (nanospan::enable_recovery(), true);

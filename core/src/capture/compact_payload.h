// Making room in an open span: what a later value replaces goes.
#pragma once

#include "capture/runtime.h"
#include "nanospan/detail/payload.h"

namespace nanospan::capture {

// Rewrites the payload without attributes whose key comes again and without elements of type
// `replaced` (kEnd: none), in place, under the open slot's protocol; order is kept. False: there
// was none. Cold, and takes memory from the heap: only a span at a limit comes here.
[[nodiscard]] bool compact_payload(Runtime& runtime, detail::OpenSlot& slot,
                                   detail::ElementType replaced);

}  // namespace nanospan::capture

// Making room in an open span: attributes that a later value of their key has replaced go.
#pragma once

#include "capture/runtime.h"

namespace nanospan::capture {

// Rewrites the payload without them, in place, under the open slot's protocol; order is kept.
// False: there was none. Cold, and takes memory from the heap: only a span at a limit comes here.
[[nodiscard]] bool compact_payload(Runtime& runtime, detail::OpenSlot& slot);

}  // namespace nanospan::capture

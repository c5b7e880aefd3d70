// What a thread has beside its lane: contexts that no lane holds, and what a fork leaves behind.
#pragma once

#include "nanospan/context.h"

namespace nanospan::capture {

// The context current on this thread where no lane holds one; nullptr: none.
[[nodiscard]] const Context* context_without_lane() noexcept;

// For pthread_atfork: the forking thread's context is what its child's roots descend from.
void remember_context_for_child() noexcept;
void forget_context_in_parent() noexcept;
void forget_lane_in_child() noexcept;

}  // namespace nanospan::capture

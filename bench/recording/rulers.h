// The two rulers that every cost is held against.
//
// F: two back-to-back tick reads. R: the least that any streaming recorder does: two tick reads and
// one 64-byte slot published into one of our own rings, read by our own drain; no ids, no parent,
// no limits, no safety. Threads: the writer's. R writes into the ring of the calling thread's lane,
// so that cursor, pace, ring size, growth and encoding are those of the spans that it is compared
// to.
#pragma once

#include <cstddef>

namespace nanospan::bench {

void read_tick_pairs(std::size_t pairs);

// Needs a recorder, and a lane of this thread (prepare_thread).
void publish_bare_slots(std::size_t slots);

}  // namespace nanospan::bench

// Callsites and interned texts of the process: one id for one content, for the life of the process.
//
// Why process-wide: a callsite keeps its id through recorders that come and go, and a library that
// is unloaded and loaded again finds the id it had.
// Threads: any, under one lock.
#pragma once

#include "nanospan/detail/callsite.h"
#include "nanospan/span_batch.h"
#include "region/region.h"

namespace nanospan::capture {

// Writes all that is known into the region, switches callsites on; from now on what is new follows.
void publish_definitions(region::Region& region, const Resource& resource);
// Switches callsites off; nothing is written to the region any more.
void withdraw_definitions() noexcept;

// The id of a callsite whose state was seen to be other than 0. The load pairs with the release
// store of that state, which follows the id's only write.
[[nodiscard]] inline std::uint32_t id_of(const detail::Callsite& site) noexcept {
  (void)site.state.load(std::memory_order_acquire);
  return site.id;
}

// For pthread_atfork.
void lock_callsites() noexcept;
void unlock_callsites() noexcept;
// `will_record`: callsites stay on, so that the first span starts the child's recorder.
void forget_region_in_child(bool will_record) noexcept;

}  // namespace nanospan::capture

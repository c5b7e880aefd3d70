#include "capture/detached_pool.h"

#include <new>
#include <utility>

#include "format/region_layout.h"
#include "nanospan/detail/publish.h"
#include "region/region.h"

namespace nanospan::capture {

using detail::DetachedControl;

DetachedControl* DetachedPool::take(region::Region& region, std::uint64_t epoch) {
  const std::lock_guard lock(mutex);
  if (free == nullptr) {
    void* const memory = arena.take(sizeof(DetachedControl) * format::kDetachedPerChunk);
    detail::OpenSlot* const chunk = memory == nullptr ? nullptr : region.add_detached_chunk();
    if (chunk == nullptr) {
      if (memory != nullptr)
        arena.give_back(memory, sizeof(DetachedControl) * format::kDetachedPerChunk);
      return nullptr;
    }
    for (std::uint32_t i = 0; i < format::kDetachedPerChunk; ++i) {
      auto* const control = new (static_cast<DetachedControl*>(memory) + i) DetachedControl;
      control->slot = chunk + i;
      control->epoch = epoch;
      control->next_free = std::exchange(free, control);
    }
  }
  DetachedControl* const taken = std::exchange(free, free->next_free);
  detail::store(taken->generation, ++generations);
  return taken;
}

void DetachedPool::give(DetachedControl& control) noexcept {
  const std::lock_guard lock(mutex);
  control.next_free = std::exchange(free, &control);
}

}  // namespace nanospan::capture

#include "capture/detached_pool.h"

#include "format/region_layout.h"
#include "region/region.h"

namespace nanospan::capture {

using detail::DetachedControl;

DetachedControl* DetachedPool::take(region::Region& region, std::uint64_t epoch) {
  const std::lock_guard lock(mutex);
  if (free.empty()) {
    detail::OpenSlot* const chunk = region.add_detached_chunk();
    if (chunk == nullptr) return nullptr;
    auto* const controls = new DetachedControl[format::kDetachedPerChunk];
    for (std::uint32_t i = 0; i < format::kDetachedPerChunk; ++i) {
      controls[i].slot = chunk + i;
      controls[i].epoch = epoch;
      free.push_back(&controls[i]);
    }
  }
  DetachedControl* const taken = free.back();
  free.pop_back();
  taken->generation = ++generations;
  return taken;
}

void DetachedPool::give(DetachedControl& control) noexcept {
  const std::lock_guard lock(mutex);
  free.push_back(&control);  // its place was reserved when the chunk was made
}

}  // namespace nanospan::capture

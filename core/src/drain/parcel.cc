#include "drain/parcel.h"

namespace nanospan::drain {

void answer_for(region::Region& region, const Parcel& parcel, ParcelOutcome outcome) noexcept {
  format::RegionHeader& header = region.header();
  // Before they are counted: a process that dies in between leaves them in its rings.
  header.in_export.fetch_sub(parcel.spans.size(), std::memory_order_relaxed);
  format::begin_checkpoint(header);
  const auto count = [](detail::Word& counter, std::uint64_t spans) {
    detail::store(counter, detail::load(counter) + spans);
  };
  count(header.overwritten, parcel.losses.overwritten);
  count(header.damaged, parcel.losses.damaged);
  count(header.unexported, parcel.losses.unexported);
  count(header.refused, parcel.losses.refused);
  count(header.*outcome, parcel.spans.size());
  for (const LaneMark& mark : parcel.marks)
    format::store_checkpoint(header, region.lane(mark.lane), mark.checkpoint);
  format::commit_checkpoint(header);
}

}  // namespace nanospan::drain

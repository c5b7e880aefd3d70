// The two accounting equations, read from a region.
#pragma once

#include "format/region_view.h"
#include "nanospan/recorder.h"

namespace nanospan::recorder {

// A snapshot: exact when nothing records; while threads do, the parts are read one after the other.
[[nodiscard]] Accounting read_accounting(const format::RegionView& region);

}  // namespace nanospan::recorder

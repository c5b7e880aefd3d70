// What a reader finds of each writer in the region of a killed process.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "crash/numbered_facts.h"
#include "crash/numbered_span.h"
#include "format/region_view.h"

namespace nanospan::test {

struct DeadWriter {
  std::vector<std::int64_t> finished;  // ordinals, in the order of the ring
  std::vector<NumberedFacts> open;
  std::uint64_t slots_read = 0;         // of the records in `finished`
  std::uint64_t slots_held = 0;         // by its rings, padding too
  std::uint32_t rings = 0;              // that it has written to
  std::uint64_t overwritten_later = 0;  // behind the checkpoint, as this reader counted
  std::uint64_t overwritten_first = 0;  // before it, as the drain counted
};

struct DeadWriters {
  std::array<DeadWriter, kWritersMax> writers;
  std::string wrong;  // "": every span is right, and none is damaged
};

enum class From { kOldest, kCheckpoint };

[[nodiscard]] DeadWriters read_dead_writers(const format::RegionView& view, const KillPage& page,
                                            From from);

}  // namespace nanospan::test

// The spans in flight: what a lane's stack and the pool of detached spans hold.
//
// Reading one: word 0 (acquire, live), a copy of words 1..6, word 7 (acquire) and the payload words
// that it counts, an acquire fence, word 0 again (relaxed): the same means the span was open all
// the while. Words that word 7 counts do not change while it is.
// Threads: none. Errors: a slot that changes while it is read is not in flight any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "decode/cursor.h"
#include "format/region_view.h"

namespace nanospan::decode {

// An open slot as the record that it would become: no duration, no sequence.
struct OpenImage {
  RecordImage record;
  std::uint64_t tenancy_low = 0;  // low 8 bits of the tenancy
};

// Appends the payload, unless it claims more than `words_max`: pages that lead to themselves would
// be copied again and again. nullopt: not live, or changed meanwhile; the payload is as it was.
[[nodiscard]] std::optional<OpenImage> copy_open_slot(const format::RegionView& view,
                                                      const detail::OpenSlot& slot,
                                                      std::vector<std::uint64_t>& payload,
                                                      std::size_t words_max);

// The newest records of a lane: span ids and the last tick in them. Two at most: one may be
// published and not yet counted.
struct NewestRecords {
  std::uint64_t span_ids[2] = {0, 0};
  std::uint64_t last_ticks = 0;

  [[nodiscard]] bool has(std::uint64_t span_id) const noexcept {
    return span_id != 0 && (span_id == span_ids[0] || span_id == span_ids[1]);
  }
};
[[nodiscard]] NewestRecords newest_records(const format::RegionView& view,
                                           const format::LaneHeader& lane);

}  // namespace nanospan::decode

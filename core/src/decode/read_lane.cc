// One lane's turn: what runs once a record.
#include "decode/cursor.h"
#include "decode/region_reader.h"
#include "decode/span_assembly.h"

namespace nanospan::decode {

// True: it was stopped by a limit.
bool RegionReader::read_lane(LaneCursor& lane, BatchBuilder& into, std::size_t records_max,
                             ReadStats& stats) {
  RecordImage image;
  std::vector<std::uint64_t>& words = into.words();
  const ThreadInfo* thread = nullptr;
  std::uint64_t thread_tenancy = 0;
  for (std::size_t done = 0; done < records_max; ++done) {
    const std::size_t payload_first = words.size();
    if (payload_first >= BatchBuilder::kPayloadWordsMax) return true;
    if (!lane.next(image, words)) return false;
    const std::uint64_t tenancy = detail::slot_w7::kTenancy.get(image.w[7]);
    if (thread == nullptr || tenancy != thread_tenancy) {
      thread = into.keep(lane.thread(tenancy));
      thread_tenancy = tenancy;
    }
    switch (assembler_->add_finished(image, payload_first, thread, into)) {
      case Assembled::kAdded:
        ++stats.spans;
        break;
      case Assembled::kDamaged:
        ++stats.damaged;
        break;
      case Assembled::kNotExported:
        ++stats.not_exported;
        break;
    }
  }
  return true;
}

}  // namespace nanospan::decode

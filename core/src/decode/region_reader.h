// RegionReader: the one decoder, for the drain, for live tools and for recovery.
//
// It keeps a cursor in every lane and turns records into batches. The writer never sees it: a
// reader that falls behind is lapped, jumps ahead and counts exactly what it lost.
// Threads: none; one reader each. It never writes the region. Memory: the mapping must outlive the
// reader; the batches outlive both.
// Errors: damaged records are counted and skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "clock/clock_map.h"
#include "decode/batch_builder.h"
#include "format/region_view.h"

namespace nanospan::decode {

class LaneCursor;
class RegionResource;
class SpanAssembler;

// What one call did. In records, one a span.
struct ReadStats {
  std::uint64_t spans = 0;         // added to the batch
  std::uint64_t overwritten = 0;   // lost: the writer lapped the reader
  std::uint64_t damaged = 0;       // did not check
  std::uint64_t not_exported = 0;  // record-only: not sampled
  bool more = false;               // stopped by a limit: call again

  [[nodiscard]] std::uint64_t records() const noexcept {
    return spans + overwritten + damaged + not_exported;
  }
};

struct ReaderOptions {
  // The process is dead: its last record may be published and not yet counted, and nothing will
  // overwrite the oldest ones, so that all are read.
  bool owner_is_gone = false;
  // Spans that are recorded and not sampled are shown, not skipped. For tools.
  bool with_record_only = false;
  // The ring's lines go back to their writer when they are read (base/cache_lines.h). For a reader
  // that follows a writer all the time.
  bool gives_lines_back = false;
};

// What is to be added to one span in flight: elements of a payload.
struct OpenAddition {
  std::uint64_t span_id = 0;
  std::vector<std::uint64_t> elements;
  bool was_added = false;
};

class RegionReader {
 public:
  // Of a region that says itself who recorded.
  explicit RegionReader(format::RegionView view, ReaderOptions options = {});
  // Of this process's own: all batches have `resource`.
  RegionReader(format::RegionView view, ReaderOptions options,
               const std::shared_ptr<const Resource>& resource);
  RegionReader(const RegionReader&) = delete;
  RegionReader& operator=(const RegionReader&) = delete;
  ~RegionReader();

  // Where to begin: all that the rings hold (as after construction), or behind what the drain has
  // confirmed, counting what was lost since. Lanes that come later are read from their beginning.
  void start_at_oldest();
  void start_at_confirmed();
  // One lane, where another reader's cursor stood (lane_position(), lane_records()).
  void start_lane_at(std::uint32_t lane, std::uint64_t position, std::uint64_t records);
  // The process died while it was read: from here on as with ReaderOptions::owner_is_gone.
  void owner_has_gone() noexcept;

  // From the region's anchors at construction; set a newer one before a pass that needs it.
  void set_clock(const clock::ClockMap& clock);
  [[nodiscard]] const clock::ClockMap& clock() const noexcept;
  [[nodiscard]] const std::shared_ptr<const Resource>& resource() const;
  [[nodiscard]] const std::shared_ptr<const detail::DefinitionTable>& definitions() const noexcept;

  // Appends at most `records_max` spans to `into`, lanes in turn. `into` is begun here.
  ReadStats read_finished(BatchBuilder& into, std::size_t records_max);
  // Appends the spans in flight, unfinished, ending at `now_unix_ns` or their start if that is
  // later. Returns how many. One that its lane has published already (a crash between publish and
  // pop) is left out.
  std::size_t read_open(BatchBuilder& into, std::int64_t now_unix_ns,
                        OpenAddition* addition = nullptr);

  // The cursor, for the drain's checkpoint: everything before it was read, lost or damaged.
  [[nodiscard]] std::uint32_t lane_count() const noexcept;
  [[nodiscard]] std::uint64_t lane_position(std::uint32_t lane) const noexcept;
  [[nodiscard]] std::uint64_t lane_records(std::uint32_t lane) const noexcept;
  // Of the lane, overwritten before they were read, ever.
  [[nodiscard]] std::uint64_t lane_overwritten(std::uint32_t lane) const noexcept;
  [[nodiscard]] const format::RegionView& view() const noexcept { return view_; }

 private:
  friend class MomentReader;
  RegionReader(format::RegionView view, ReaderOptions options,
               std::shared_ptr<RegionResource> region_resource);
  // Of those that had begun by then.
  std::size_t read_open_until(std::uint64_t begun_ticks, BatchBuilder& into,
                              std::int64_t now_unix_ns, OpenAddition* addition = nullptr);
  void find_new_lanes();
  [[nodiscard]] const format::LaneHeader* take_lane(std::uint32_t index);
  bool read_lane(LaneCursor& lane, BatchBuilder& into, std::size_t records_max, ReadStats& stats);

  format::RegionView view_;
  ReaderOptions options_;
  std::shared_ptr<const Resource> resource_;         // nullptr: the region's
  std::shared_ptr<RegionResource> region_resource_;  // nullptr: resource_ is set
  std::unique_ptr<SpanAssembler> assembler_;
  std::vector<LaneCursor> lanes_;
  std::size_t next_lane_ = 0;
  std::uint64_t slots_left_;  // of the file, for rings of lanes to come
};

// The last tick that the region shows its process alive at: the latest of the heartbeat and of all
// recorded ticks, never a user's timestamp. 0: it shows none.
[[nodiscard]] std::uint64_t time_of_death_ticks(const format::RegionView& view);
// The same in Unix ns.
[[nodiscard]] std::int64_t time_of_death(const format::RegionView& view,
                                         const clock::ClockMap& clock);

}  // namespace nanospan::decode

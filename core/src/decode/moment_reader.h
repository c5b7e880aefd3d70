// MomentReader: what a live region holds at one moment, as whole trees.
//
// Why: to read rings takes time, and spans end meanwhile. One that ended behind the look at its
// ring and before the look at what is open would be in neither, and its children without their
// parent. So there are two passes over the rings: the first takes what they hold; then comes the
// moment, with the spans in flight; the second finds those of them that have ended since, and what
// the first came too early for. What began behind the moment is left out. Each pass ends where its
// writer stood when it came, so that no writer keeps it from its end. Threads: none; as its reader.
// Memory: the spans in flight, and their ids; hand_all_to() more. Errors: what was overwritten or
// damaged is counted and skipped.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "decode/region_reader.h"

namespace nanospan::decode {

class LaneCursor;
struct RecordImage;

struct MomentStats {
  std::uint64_t spans = 0;         // handed out, those in flight among them
  std::uint64_t unfinished = 0;    // of these: in flight
  std::uint64_t too_old = 0;       // ended before the window
  std::uint64_t not_exported = 0;  // record-only: not sampled
  std::uint64_t damaged = 0;
  // Records that are missing and may have ended within the window, since what follows them did:
  // those that were gone when the reader came, and those that it came too late for. 0: nothing is
  // missing.
  std::uint64_t overwritten_before = 0;
  std::uint64_t overwritten = 0;
  std::int64_t began_unix_ns = 0;        // the window's begin
  std::int64_t moment_unix_ns = 0;       // 0: it has not come yet
  std::int64_t whole_since_unix_ns = 0;  // of what ended from then on nothing is missing
};

class MomentReader {
 public:
  // Of what ended the last so long before the call; nullopt: of all that the rings hold. The
  // reader's own place moves; its clock should know an anchor of now. `addition`: as read_open().
  MomentReader(RegionReader& reader, std::optional<std::chrono::nanoseconds> last,
               OpenAddition* addition = nullptr);

  // Fills an empty batch with `spans_max` at most, but for the spans in flight, which come last and
  // together. False: there are no more.
  bool next(BatchBuilder& into, std::size_t spans_max);
  // Into memory first, since who takes the spans is slower than who writes them: batches of at
  // least one span, of kHeldBytesMax and a batch at most. False: these are the last.
  static constexpr std::size_t kHeldBytesMax = std::size_t{192} << 20;
  using Held = std::vector<std::unique_ptr<BatchBuilder>>;
  bool hold(Held& held);
  // All of it, as hold() gives it, to `take`, which says false to end it.
  bool hand_all_to(const std::function<bool(const SpanBatch&)>& take);
  [[nodiscard]] const MomentStats& stats() const noexcept { return stats_; }

 private:
  enum class Phase : std::uint8_t { kHeld, kSince, kOpen, kDone };
  struct Lane {
    std::uint64_t stop = 0;           // where its writer was when the pass came
    std::uint64_t records_there = 0;  // its count then
    std::uint64_t next_record = 0;    // the number of the one that comes next, if none is missing
    // Before what comes next; when they ended is not said.
    std::uint64_t missing_before = 0, missing = 0;
  };

  void enter_lane();
  bool read_lane(BatchBuilder& into, std::size_t spans_max);
  void take(const RecordImage& image, std::size_t payload_first, LaneCursor& cursor,
            BatchBuilder& into);
  void leave_lane();
  void miss(Lane& lane, std::int64_t until_unix_ns) noexcept;
  void take_moment();
  void hand_out_open(BatchBuilder& into);

  RegionReader& reader_;
  OpenAddition* addition_;
  Phase phase_ = Phase::kHeld;
  bool is_in_lane_ = false;
  std::uint32_t index_ = 0;
  std::vector<Lane> lanes_;
  std::uint64_t moment_ticks_ = 0;
  BatchBuilder open_;
  std::unordered_map<std::uint64_t, bool> has_ended_;  // of the spans in flight, by id
  MomentStats stats_;
};

}  // namespace nanospan::decode

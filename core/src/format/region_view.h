// RegionView: a region's bytes, checked: every offset, length and count before it is followed.
//
// Why: a region may be a live process's, a dead one's or a stranger's file. What check() has
// accepted cannot change under the reader (it is copied out); what is followed later, entry by
// entry, is checked at each use, and a damaged entry is nullptr or nullopt, never a crash.
// Threads: any number of views of one mapping; a view is a value. Nothing here writes.
// Memory: the mapping must outlive the view. A file that is truncated while it is mapped raises
// SIGBUS in whoever reads it: nobody can check that away, and the owner never does it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "format/region_layout.h"
#include "nanospan/status.h"

namespace nanospan::format {

// A ring of a lane, inside the file: slot index = (position - first_position) & (slot_count - 1).
struct RingView {
  const detail::Slot* slots = nullptr;
  std::uint64_t slot_count = 0;  // a power of two
  std::uint64_t first_position = 0;

  [[nodiscard]] const detail::Slot& at(std::uint64_t position) const noexcept {
    return slots[(position - first_position) & (slot_count - 1)];
  }
};

struct AnchorView {
  std::uint64_t ticks = 0;
  std::int64_t realtime_ns = 0;
  std::int64_t monotonic_ns = 0;
};

struct TenantView {
  std::uint64_t thread_id = 0;
  char name[16] = {};

  [[nodiscard]] std::string_view name_text() const noexcept;
};

// A vendor state, copied out. 512 bytes: the longest that a recorder stores.
struct TracestateCopy {
  std::size_t bytes = 0;
  char text[kTracestateBytes];

  [[nodiscard]] std::string_view view() const noexcept { return {text, bytes}; }
};

// Page 0 alone, of a file of `bytes` bytes: is it a region that this program reads? A sentence says
// why not.
Status check_header(const RegionHeader& untrusted, std::size_t bytes);

class RegionView {
 public:
  // An empty view: no lanes, no definitions.
  RegionView() noexcept = default;
  // `untrusted` must be aligned to 64 bytes (a mapping is). The sentence of a failure says whether
  // this is no region, one of another version, one that its owner was still making, or one cut
  // short.
  static Result<RegionView> check(const std::byte* untrusted, std::size_t bytes);

  [[nodiscard]] bool empty() const noexcept { return base_ == nullptr; }
  // Only when not empty().
  [[nodiscard]] const RegionHeader& header() const noexcept {
    return *reinterpret_cast<const RegionHeader*>(base_);
  }
  [[nodiscard]] RegionState state() const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  // Lanes 0 .. lane_count() - 1. nullptr: its entry is damaged.
  [[nodiscard]] std::uint32_t lane_count() const noexcept;
  [[nodiscard]] const LaneHeader* lane(std::uint32_t index) const noexcept;
  // kOpenLevels slots; level 0 is no span. nullptr: as lane().
  [[nodiscard]] const detail::OpenSlot* open_stack(std::uint32_t lane) const noexcept;

  // Rings of a lane in the order of their positions; the last is the one in use.
  [[nodiscard]] std::uint32_t ring_count(const LaneHeader& lane) const noexcept;
  [[nodiscard]] std::optional<RingView> ring(const LaneHeader& lane,
                                             std::uint32_t index) const noexcept;
  // Who had the lane under `tenancy`; nullopt: forgotten (a lane keeps its last tenants).
  [[nodiscard]] std::optional<TenantView> tenant(const LaneHeader& lane,
                                                 std::uint64_t tenancy) const noexcept;

  // Chunks 0 .. detached_chunk_count() - 1 of kDetachedPerChunk slots. nullptr: damaged.
  [[nodiscard]] std::uint32_t detached_chunk_count() const noexcept;
  [[nodiscard]] const detail::OpenSlot* detached_chunk(std::uint32_t index) const noexcept;
  // Words of an overflow page; words[0] is the link to the next. nullptr: no such page.
  [[nodiscard]] const Word* overflow_page(std::uint64_t index) const noexcept;

  // The definitions committed so far: whole words.
  [[nodiscard]] std::span<const std::uint64_t> definitions() const noexcept;

  // Anchors are numbered from 1; the last kAnchors are kept. nullopt: gone, or being written.
  [[nodiscard]] std::uint64_t anchor_count() const noexcept;
  [[nodiscard]] std::optional<AnchorView> anchor(std::uint64_t number) const noexcept;

  // What a crash left; nullptr: no room for it (version 1.0), or it lies outside the file.
  [[nodiscard]] const CrashPage* crash() const noexcept { return crash_; }
  [[nodiscard]] std::span<const Module> modules() const noexcept;

  // False: overwritten since, or never there.
  [[nodiscard]] bool copy_tracestate(std::uint32_t reference, TracestateCopy& into) const noexcept;

 private:
  template <typename T>
  [[nodiscard]] const T* at(std::uint64_t offset, std::uint64_t count) const noexcept;

  const std::byte* base_ = nullptr;
  std::size_t bytes_ = 0;
  // Copied when they were checked.
  const Word* lane_table_ = nullptr;
  const Word* detached_table_ = nullptr;
  const Anchor* anchors_ = nullptr;
  const Tracestate* tracestates_ = nullptr;
  const std::uint64_t* definitions_ = nullptr;
  const CrashPage* crash_ = nullptr;
};

}  // namespace nanospan::format

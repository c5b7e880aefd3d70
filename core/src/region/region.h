// Region: the owner's side of the shared mapping of one process.
//
// Makes the file, reserves and populates what is handed out, and keeps the lock that says "alive".
// Threads: create() once; the rest from any thread, under an internal lock where it says so.
// Memory: address space for the whole budget at once; backing only for what is handed out,
// populated before it is touched, so that a full tmpfs is a refusal here and never a SIGBUS later.
// Source: Linux fcntl(2) "Open file description locks", madvise(2) MADV_POPULATE_WRITE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "base/doorbell.h"
#include "format/region_layout.h"
#include "format/region_view.h"
#include "nanospan/status.h"

namespace nanospan::region {

struct RegionOptions {
  std::string directory;                   // "": NANOSPAN_DIR, else /dev/shm/nanospan-<uid>
  std::uint64_t budget_bytes = 64u << 20;  // of lanes, rings and payload pages
  std::uint64_t ring_bytes_initial = 256u << 10;
  std::uint64_t ring_bytes_max = 4u << 20;
};

class Region {
 public:
  // Errors: the directory can't be made, is not ours or not private, is a symlink; no memory.
  static Result<Region*> create(const RegionOptions& options);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] format::RegionView view() const;
  [[nodiscard]] format::RegionHeader& header() noexcept {
    return *reinterpret_cast<format::RegionHeader*>(base_);
  }
  [[nodiscard]] std::byte* base() noexcept { return base_; }
  [[nodiscard]] const RegionOptions& options() const noexcept { return options_; }
  // Of the thread of this process that reads the rings: a writer that fills them while it sleeps
  // rings.
  [[nodiscard]] base::Doorbell& reader_bell() noexcept { return reader_bell_; }

  [[nodiscard]] format::LaneHeader& lane(std::uint32_t index) noexcept;
  [[nodiscard]] detail::OpenSlot* open_stack(std::uint32_t index) noexcept;
  [[nodiscard]] detail::Slot* ring(std::uint32_t lane_index, std::uint32_t ring_index) noexcept;

  // A new lane with its first ring, smaller when the budget runs low. -1: no lane can be had.
  [[nodiscard]] std::int64_t add_lane();
  // Appends a larger ring, which the lane's writer takes at its next wrap. False: budget or memory
  // (counted: grow_refused), or the lane has one waiting already.
  bool prepare_ring(std::uint32_t lane_index, std::uint64_t slots);
  // Backs the next `bytes` that are handed out, a piece a call. True: it is done, or can't be,
  // which who takes them will see.
  bool populate_ahead(std::uint64_t bytes) noexcept;
  // 64 open slots for detached spans, or nullptr.
  [[nodiscard]] detail::OpenSlot* add_detached_chunk();
  // A page for payload that outgrew its open slot: its index in the region, 0: none left.
  [[nodiscard]] std::uint32_t take_page();
  void give_page(std::uint32_t page);  // and those chained to it
  [[nodiscard]] detail::Word* page(std::uint32_t index) noexcept {
    return reinterpret_cast<detail::Word*>(base_ + std::uint64_t{index} * format::kPage);
  }
  // Reference of a stored tracestate, 0: it can't be stored (longer than 512 bytes, no memory).
  [[nodiscard]] std::uint32_t store_tracestate(std::string_view text);
  [[nodiscard]] std::string load_tracestate(std::uint32_t reference) const;
  // Backs the crash page and the first `modules` entries behind it (kModules at most), so that a
  // handler can write them. nullptr: no memory.
  [[nodiscard]] format::CrashPage* prepare_crash_page(std::uint32_t modules);
  // Appends bytes of definitions (whole entries). False: full.
  bool append_definitions(const std::uint64_t* words, std::size_t count, std::uint64_t entries);

  // For pthread_atfork: the mapping is not inherited, but handles of spans in it are. Nothing else
  // may come to stand at their addresses, least of all a region of the child's.
  void keep_addresses_in_child() noexcept;

  // Ends the region's life: marks it closed, removes the file unless `keep_file`, and puts private
  // memory under its addresses, so that a span that ends too late writes where nobody reads.
  void close(bool keep_file) noexcept;

 private:
  Region() = default;
  [[nodiscard]] std::uint64_t take_extent(std::uint64_t bytes);  // offset, 0: none; mutex held
  [[nodiscard]] bool populate(std::uint64_t offset, std::uint64_t bytes);
  [[nodiscard]] std::uint64_t first_ring_bytes() const noexcept;

  base::Doorbell reader_bell_;
  std::mutex mutex_;
  RegionOptions options_;
  std::string path_;
  std::byte* base_ = nullptr;
  std::uint64_t bytes_ = 0;
  std::uint64_t owner_ = 0;  // pid
  std::uint64_t definitions_populated_ = 0;
  std::uint64_t extents_populated_ = 0;  // at least; beyond what is handed out too
  bool tracestates_ready_ = false;
  std::uint32_t tracestate_count_ = 0;
  std::uint32_t free_page_ = 0;  // chained as overflow pages are
};

}  // namespace nanospan::region

// RegionFile: a region's file, mapped for reading, by tools: live ones change under them.
//
// A file that is truncated while it is mapped is a SIGBUS. A tool may take that risk; an
// application that recovers reads a copy (private_copy.h).
// Memory: the mapping lives as long as the object. Threads: none.
#pragma once

#include <cstddef>
#include <string>

#include "clock/clock_map.h"
#include "decode/region_reader.h"
#include "format/region_view.h"
#include "nanospan/status.h"
#include "recovery/liveness.h"
#include "recovery/region_clock.h"

namespace nanospan::recovery {

class RegionFile {
 public:
  // Errors: sentences that do not name the file: the caller knows what may be printed of its name.
  static Result<RegionFile> open(const std::string& path);
  RegionFile(RegionFile&& other) noexcept;
  RegionFile& operator=(RegionFile&&) = delete;
  ~RegionFile();

  [[nodiscard]] const format::RegionView& view() const noexcept { return view_; }
  [[nodiscard]] Liveness liveness() const noexcept { return liveness_; }
  [[nodiscard]] bool alive() const noexcept { return liveness_ == Liveness::kAlive; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] clock::ClockMap clock() const { return clock_of(view_); }
  [[nodiscard]] decode::ReaderOptions reader_options() const noexcept {
    return {.owner_is_gone = !alive(), .with_record_only = false};
  }
  // When spans still open end: now, or when the process died.
  [[nodiscard]] std::int64_t end_of_open_spans(const clock::ClockMap& clock) const;

 private:
  RegionFile() = default;
  std::string path_;
  const std::byte* base_ = nullptr;
  std::size_t bytes_ = 0;
  Liveness liveness_ = Liveness::kGone;
  format::RegionView view_;
};

}  // namespace nanospan::recovery

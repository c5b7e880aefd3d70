// RegionFile: a region's file, mapped for reading; and whether its process is alive.
//
// Alive means: the owner's lock is held (an open-file-description lock goes with the process and
// with nothing else). Probing it needs no more than the right to read.
// Memory: the mapping lives as long as the object. Threads: none.
#pragma once

#include <cstddef>
#include <string>

#include "clock/clock_map.h"
#include "decode/region_reader.h"
#include "format/region_view.h"
#include "nanospan/status.h"
#include "report.h"

namespace nanospan::tools {

[[nodiscard]] bool is_owner_alive(const std::string& path);

class RegionFile {
 public:
  static Result<RegionFile> open(const std::string& path);
  RegionFile(RegionFile&& other) noexcept;
  RegionFile& operator=(RegionFile&&) = delete;
  ~RegionFile();

  [[nodiscard]] const format::RegionView& view() const noexcept { return view_; }
  [[nodiscard]] bool alive() const noexcept { return alive_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // The region's anchors, and one of now where the same counter runs on (same boot and source).
  [[nodiscard]] clock::ClockMap clock() const;
  [[nodiscard]] decode::ReaderOptions reader_options() const noexcept {
    return {.owner_is_gone = !alive_, .with_record_only = false};
  }
  // When spans still open end: now, or when the process died.
  [[nodiscard]] std::int64_t end_of_open_spans(const clock::ClockMap& clock) const;

 private:
  RegionFile() = default;
  std::string path_;
  const std::byte* base_ = nullptr;
  std::size_t bytes_ = 0;
  bool alive_ = false;
  format::RegionView view_;
};

[[nodiscard]] std::int64_t now_unix_ns() noexcept;

}  // namespace nanospan::tools

// RegionFollower: one region, read on as its process records, until that process is gone.
//
// Each pass: look(), then read() until it says there is nothing more. When look() found the owner
// gone, what read() then gives is all that there will ever be.
// Threads: none. It never writes the region, and asks nothing of the process.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "clock/steady_clock.h"
#include "decode/region_reader.h"
#include "drain/pacing.h"
#include "facts/report.h"
#include "recovery/region_file.h"

namespace nanospan::tools {

class RegionFollower {
 public:
  static Result<std::unique_ptr<RegionFollower>> open(const std::string& path);
  ~RegionFollower();
  RegionFollower(const RegionFollower&) = delete;
  RegionFollower& operator=(const RegionFollower&) = delete;

  // Is the owner there, what do the clocks say, how fast are the rings filled.
  void look(drain::Pacing& pacing);
  [[nodiscard]] bool alive() const noexcept { return alive_; }
  // One batch, counted in the report. False: nothing more for now.
  [[nodiscard]] bool read(BatchBuilder& into, ReadReport& report);
  // Records that were there at the last look() have not been read.
  [[nodiscard]] bool is_behind() const noexcept;
  // Once the owner is gone: what it left open, ended when it died.
  void read_open(BatchBuilder& into, ReadReport& report);

  [[nodiscard]] decode::RegionReader& reader() noexcept { return reader_; }
  [[nodiscard]] const decode::RegionReader& reader() const noexcept { return reader_; }
  [[nodiscard]] const std::string& path() const noexcept { return file_.path(); }
  [[nodiscard]] std::uint64_t pid() const noexcept { return file_.view().header().pid; }
  // When its newest spans ended: now, or when the process died, as it was at open().
  [[nodiscard]] std::int64_t end_unix_ns() const {
    return file_.end_of_open_spans(reader_.clock());
  }
  [[nodiscard]] ReadReport new_report() const;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  RegionFollower(int fd, recovery::RegionFile file);
  void read_clock(SteadyTime now);

  int fd_;  // of the same file: its lock can be asked for when its name is gone
  recovery::RegionFile file_;
  decode::RegionReader reader_;
  bool alive_ = true;
  bool same_counter_;
  clock::SteadyClock clock_;
  SteadyTime next_anchor_{};
  std::chrono::nanoseconds anchor_distance_{1'000'000};
  std::vector<std::uint64_t> positions_;  // of the writers, at the last look
};

}  // namespace nanospan::tools

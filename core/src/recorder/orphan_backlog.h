// OrphanBacklog: what dead processes of one's own service left, for the drain to export.
//
// Searches the directory of the recorder's region, claims what it finds, one region at a time, and
// removes each when its last batch was delivered. A failed delivery leaves the region to the next
// start; after kFailuresMax of them in a row the exporters are given no more.
// Threads: as drain::Backlog. Errors: counted in the recorder's region (recover_failed) and said in
// the log, in a line for each cause.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drain/backlog.h"
#include "recovery/dead_region.h"
#include "recovery/orphans.h"
#include "region/region.h"

namespace nanospan::recorder {

class OrphanBacklog final : public drain::Backlog {
 public:
  static constexpr std::uint64_t kRegionsMax = 64;
  static constexpr std::uint64_t kBytesMax = std::uint64_t{1} << 30;          // copied at a start
  static constexpr std::uint64_t kRegionBytesMax = std::uint64_t{256} << 20;  // of one region
  static constexpr std::uint32_t kBatchSpans = 1024;  // so that rings wait some 0.1 ms for each
  static constexpr std::uint64_t kFailuresMax = 3;

  OrphanBacklog(region::Region& own, std::string service_name);
  ~OrphanBacklog() override;

  Step next(decode::BatchBuilder& into) override;
  void answered(bool is_delivered) noexcept override;

 private:
  Step claim_next();
  Step read(decode::BatchBuilder& into);
  void leave(const char* why);
  void finish();
  [[nodiscard]] bool is_over() const noexcept;
  [[nodiscard]] std::uint64_t left() const noexcept;
  void say_outcome() const noexcept;
  void say_recovered() const noexcept;
  void say_left() const noexcept;

  region::Region& own_;
  const std::string directory_;
  recovery::OrphanSearch search_;
  bool is_searched_ = false;
  std::optional<recovery::DeadRegion> region_;
  std::uint64_t batch_spans_ = 0;  // of the batch under way
  std::uint64_t bytes_ = 0;        // of the regions read
  std::uint64_t taken_ = 0, recovered_ = 0, failed_ = 0, failures_in_row_ = 0;
  std::uint64_t spans_ = 0, unfinished_ = 0;
  std::int64_t first_death_ns_ = 0, last_death_ns_ = 0;
  std::string first_failure_;
};

}  // namespace nanospan::recorder

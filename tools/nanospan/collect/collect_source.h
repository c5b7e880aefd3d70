// CollectSource: one region that is collected; of a dead process claimed, so that nobody else
// delivers it as well.
//
// Threads: none. Memory: the mapping and a descriptor, a second one with the claim.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "collect/checkpoint.h"
#include "process/region_follower.h"
#include "process/way.h"

namespace nanospan::tools {

class CollectSource {
 public:
  // Goes on where `known` says; nullptr: behind what the process's own drain has confirmed.
  static Result<std::unique_ptr<CollectSource>> open(const std::string& path,
                                                     const RegionProgress* known);
  ~CollectSource();
  CollectSource(const CollectSource&) = delete;
  CollectSource& operator=(const CollectSource&) = delete;

  // False: another has it, or its file is gone; or `why_not` says what the system has against it.
  [[nodiscard]] bool claim(std::string& why_not);
  [[nodiscard]] bool is_claimed() const noexcept { return claim_ >= 0; }
  // How far it has been read.
  [[nodiscard]] RegionProgress progress() const;
  // Of a dead one, in slots: it is asked for when the owner is gone, and behind each pass.
  [[nodiscard]] const Way& way();

  [[nodiscard]] RegionFollower& region() noexcept { return *region_; }

  ReadReport report;

 private:
  explicit CollectSource(std::unique_ptr<RegionFollower> region);

  std::unique_ptr<RegionFollower> region_;
  std::optional<Way> way_;
  int claim_ = -1;  // holds the recovery's lock
};

}  // namespace nanospan::tools

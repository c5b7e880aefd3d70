#include "collect/collect_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "recovery/liveness.h"

namespace nanospan::tools {

CollectSource::CollectSource(std::unique_ptr<RegionFollower> region)
    : report(region->new_report()), region_(std::move(region)) {}

CollectSource::~CollectSource() {
  if (claim_ >= 0) close(claim_);
}

Result<std::unique_ptr<CollectSource>> CollectSource::open(const std::string& path,
                                                           const RegionProgress* known) {
  auto region = RegionFollower::open(path);
  if (!region) return region.status();
  decode::RegionReader& reader = (*region)->reader();
  reader.start_at_confirmed();
  for (std::uint32_t lane = 0; known != nullptr && lane < known->lanes.size(); ++lane)
    reader.start_lane_at(lane, known->lanes[lane].position, known->lanes[lane].records);
  return std::unique_ptr<CollectSource>(new CollectSource(std::move(*region)));
}

bool CollectSource::claim(std::string& why_not) {
  if (claim_ >= 0) return true;
  const int fd = ::open(region_->path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) {
    if (errno != ENOENT)
      why_not = std::string("its process is dead, and it can't be claimed (") +
                std::strerror(errno) + "); collect as the user who owns it.";
    return false;
  }
  struct stat info {};
  // Whoever had it may have removed it before this lock was free.
  if (recovery::lock_for_recovery(fd) && fstat(fd, &info) == 0 && info.st_nlink != 0)
    claim_ = fd;
  else
    close(fd);
  return claim_ >= 0;
}

RegionProgress CollectSource::progress() const {
  const decode::RegionReader& reader = region_->reader();
  RegionProgress progress;
  for (std::uint32_t lane = 0; lane < reader.lane_count(); ++lane)
    progress.lanes.push_back({reader.lane_position(lane), reader.lane_records(lane)});
  return progress;
}

const Way& CollectSource::way() {
  if (!way_) way_.emplace(region_->reader());
  return *way_;
}

}  // namespace nanospan::tools

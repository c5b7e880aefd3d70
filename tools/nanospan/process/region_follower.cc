#include "process/region_follower.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "clock/anchor.h"
#include "format/checkpoint.h"
#include "process/crash.h"

namespace nanospan::tools {
namespace {

constexpr std::size_t kBatchSpans = 4096;
constexpr std::chrono::nanoseconds kAnchorsApart = std::chrono::seconds(1);

}  // namespace

Result<std::unique_ptr<RegionFollower>> RegionFollower::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return Status::failure("The region can't be opened (" + std::string(std::strerror(errno)) +
                           "); run as the user who owns it.");
  auto file = recovery::RegionFile::open(path);
  if (!file) {
    ::close(fd);
    return file.status();
  }
  return std::unique_ptr<RegionFollower>(new RegionFollower(fd, std::move(*file)));
}

RegionFollower::RegionFollower(int fd, recovery::RegionFile file)
    : fd_(fd), file_(std::move(file)), reader_(file_.view(), {.gives_lines_back = true}) {
  const auto& header = file_.view().header();
  const auto source = static_cast<detail::TickSource>(header.tick_source);
  same_counter_ =
      (source == detail::kCompiledTickSource || source == detail::TickSource::kClockGettime) &&
      recovery::is_of_this_boot(header);
  const std::uint64_t stored = file_.view().anchor_count();
  const std::uint64_t kept = std::min<std::uint64_t>(stored, format::kAnchors);
  for (std::uint64_t number = stored - kept + 1; number <= stored; ++number)
    if (const auto anchor = file_.view().anchor(number))
      clock_.add({anchor->ticks, anchor->realtime_ns, anchor->monotonic_ns});
}

RegionFollower::~RegionFollower() {
  ::close(fd_);
}

// At growing distances at first, as the drain does: times past the last anchor are extrapolated.
void RegionFollower::read_clock(SteadyTime now) {
  if (!same_counter_ || now < next_anchor_) return;
  next_anchor_ = now + anchor_distance_;
  anchor_distance_ = std::min(anchor_distance_ * 2, kAnchorsApart);
  const auto source = static_cast<detail::TickSource>(file_.view().header().tick_source);
  clock_.add(clock::take_anchor(source));
  reader_.set_clock(clock_.map());
}

void RegionFollower::look(drain::Pacing& pacing) {
  if (alive_ && recovery::liveness_of(fd_) != recovery::Liveness::kAlive) {
    alive_ = false;
    reader_.owner_has_gone();
  }
  read_clock(std::chrono::steady_clock::now());
  const format::RegionView& view = file_.view();
  positions_.resize(view.lane_count());
  for (std::uint32_t index = 0; index < positions_.size(); ++index) {
    const format::LaneHeader* const lane = view.lane(index);
    const std::uint32_t rings = lane == nullptr ? 0 : view.ring_count(*lane);
    const auto ring = rings == 0 ? std::nullopt : view.ring(*lane, rings - 1);
    if (!ring) continue;
    const std::uint64_t position = lane->counters.position.load(std::memory_order_relaxed);
    pacing.add({position - std::exchange(positions_[index], position), ring->slot_count});
  }
}

bool RegionFollower::read(BatchBuilder& into, ReadReport& report) {
  const decode::ReadStats stats = reader_.read_finished(into, kBatchSpans);
  report.spans += stats.spans;
  report.overwritten += stats.overwritten;
  report.damaged += stats.damaged;
  report.not_exported += stats.not_exported;
  return stats.more && stats.records() != 0;
}

bool RegionFollower::is_behind() const noexcept {
  const std::size_t lanes = std::min<std::size_t>(positions_.size(), reader_.lane_count());
  for (std::uint32_t lane = 0; lane < lanes; ++lane)
    if (reader_.lane_position(lane) < positions_[lane]) return true;
  return false;
}

void RegionFollower::read_open(BatchBuilder& into, ReadReport& report) {
  const std::int64_t died = decode::time_of_death(file_.view(), reader_.clock());
  report.death = Death{died, recovery::now_unix_ns()};
  report.alive = false;
  read_in_flight(reader_, died, into, report);
}

ReadReport RegionFollower::new_report() const {
  ReadReport report;
  report.path = file_.path();
  report.kind = "region";
  report.is_region = report.alive = report.followed = report.everything = true;
  report.delivered = format::load_counts(file_.view().header()).delivered;
  return report;
}

}  // namespace nanospan::tools

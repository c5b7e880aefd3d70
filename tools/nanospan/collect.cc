// nanospan collect: the drain of every process in a directory, from outside.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>

#include "checkpoint.h"
#include "collect_output.h"
#include "command.h"
#include "recovery/orphans.h"
#include "region_follower.h"
#include "stop_signal.h"
#include "text.h"

namespace nanospan::tools {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
constexpr int kBatchesPerPass = 16;  // then the next region has its turn
constexpr auto kLookForRegionsEvery = std::chrono::milliseconds(200);
constexpr auto kTryAgainAfter = std::chrono::seconds(1);
constexpr auto kSayLossEvery = std::chrono::minutes(1);
class Collector {
 public:
  explicit Collector(const CollectOptions& options)
      : options_(options), checkpoint_(checkpoint_path(options)) {}

  // An exit code other than kOk was said.
  ExitCode open();
  ExitCode run();

 private:
  struct Source {
    std::unique_ptr<RegionFollower> region;
    ReadReport report;
    int claim = -1;  // holds the recovery's lock

    ~Source() {
      if (claim >= 0) close(claim);
    }
  };

  // What was read and is not delivered: in builder_. None: the region has come this far without it.
  struct Delivery {
    std::string name;
    RegionProgress after;
  };

  static std::string checkpoint_path(const CollectOptions& options);
  void find_regions();
  void add(const std::string& name);
  bool pass(const std::string& name, Source& source);
  bool deliver(const std::string& name, Source& source, std::int64_t done_unix_ns = 0);
  bool hand_over();
  bool refuse(const std::string& why);
  bool save();
  bool claim(Source& source) const;
  bool finish(const std::string& name, Source& source);
  void note_end(const Source& source);
  bool pass_all();
  void prune();
  [[nodiscard]] std::uint64_t overwritten() const;
  void say_losses();
  void remove(const std::string& name);
  void say(const std::string& sentence) const {
    if (!options_.quiet) fail(kOk, sentence);
  }
  [[nodiscard]] std::string path_of(const std::string& name) const {
    return options_.inputs[0] + "/" + name;
  }

  const CollectOptions& options_;
  Checkpoint checkpoint_;
  CollectOutput output_;
  std::map<std::string, std::unique_ptr<Source>> sources_;
  std::map<std::string, bool> unusable_;
  BatchBuilder builder_;
  std::optional<Delivery> delivery_;
  bool is_dirty_ = false;     // the checkpoint is not saved
  bool is_refusing_ = false;  // the output, or the checkpoint; that was said
  drain::Pacing pacing_{drain::PaceLimits{}};
  bool is_behind_ = false;
  SteadyTime look_next_{}, try_next_{};
  std::uint64_t spans_ = 0, overwritten_ = 0, ended_ = 0;  // overwritten_: of the ended
  std::uint64_t overwritten_said_ = 0;
  SteadyTime say_next_{};
};

std::string Collector::checkpoint_path(const CollectOptions& options) {
  if (!options.checkpoint.empty()) return options.checkpoint;
  return options.output.empty() ? options.inputs[0] + "/collect.checkpoint"
                                : options.output + ".checkpoint";
}

ExitCode Collector::open() {
  struct stat info {};
  if (stat(options_.inputs[0].c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    fail(kUnreadable, printable(options_.inputs[0]) + " is no directory of regions.");
    return kUnreadable;
  }
  if (const Status opened = checkpoint_.open(); !opened) {
    fail(kUnreadable, opened.error());
    return kUnreadable;
  }
  if (const Status opened = output_.open(options_, checkpoint_); !opened) {
    fail(kOutputFailed, opened.error());
    return kOutputFailed;
  }
  return kOk;
}

void Collector::find_regions() {
  const auto now = std::chrono::steady_clock::now();
  if (now < look_next_) return;
  look_next_ = now + kLookForRegionsEvery;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(options_.inputs[0].c_str()),
                                                      closedir);
  if (directory == nullptr) return;
  std::map<std::string, bool> there;
  while (const dirent* const entry = readdir(directory.get()))
    if (recovery::is_region_name(entry->d_name)) there[entry->d_name] = true;
  for (const auto& [name, unused] : there) add(name);
  std::erase_if(checkpoint_.regions, [&](const auto& known) {
    return !there.contains(known.first) && !sources_.contains(known.first);
  });
  std::erase_if(unusable_, [&](const auto& known) { return !there.contains(known.first); });
}

void Collector::add(const std::string& name) {
  const auto known = checkpoint_.regions.find(name);
  const bool is_known = known != checkpoint_.regions.end();
  if (sources_.contains(name) || (is_known && known->second.done_unix_ns != 0)) return;
  auto region = RegionFollower::open(path_of(name));
  if (!region) {
    // One that is still being made is there at the next look.
    if (!std::exchange(unusable_[name], true))
      say(printable(path_of(name)) + " is left alone: " + region.error());
    return;
  }
  unusable_.erase(name);
  auto source = std::make_unique<Source>();
  source->region = std::move(*region);
  source->report = source->region->new_report();
  decode::RegionReader& reader = source->region->reader();
  reader.start_at_confirmed();
  if (is_known) {
    for (std::uint32_t lane = 0; lane < known->second.lanes.size(); ++lane)
      reader.start_lane_at(lane, known->second.lanes[lane].position,
                           known->second.lanes[lane].records);
  }
  sources_[name] = std::move(source);
}

// Exports the batch and writes down how far that was.
bool Collector::deliver(const std::string& name, Source& source, std::int64_t done_unix_ns) {
  const decode::RegionReader& reader = source.region->reader();
  Delivery delivery{name, {}};
  delivery.after.done_unix_ns = done_unix_ns;
  for (std::uint32_t lane = 0; done_unix_ns == 0 && lane < reader.lane_count(); ++lane)
    delivery.after.lanes.push_back({reader.lane_position(lane), reader.lane_records(lane)});
  delivery_ = std::move(delivery);
  return hand_over();
}

// False: it is kept, and tried again.
bool Collector::hand_over() {
  if (!builder_.empty()) {
    if (output_.is_own_file()) {
      checkpoint_.pending = {delivery_->name, delivery_->after};
      if (!save()) return false;
    }
    if (!output_.take(builder_.batch())) {
      const std::string why = output_.last_error();
      return refuse(format_plural(builder_.size(), "span") + " could not be exported to " +
                    output_.describe() + (why.empty() ? "" : " (" + printable(why) + ")") +
                    "; they are kept and tried again.");
    }
  }
  if (std::exchange(is_refusing_, false)) say("The exports go on.");
  spans_ += builder_.size();
  builder_.clear();
  checkpoint_.pending.reset();
  checkpoint_.regions[delivery_->name] = delivery_->after;
  is_dirty_ = true;
  const auto source = sources_.find(delivery_->name);
  if (delivery_->after.done_unix_ns != 0) note_end(*source->second);
  delivery_.reset();
  if (!output_.is_own_file()) (void)save();
  return true;
}

bool Collector::refuse(const std::string& why) {
  try_next_ = std::chrono::steady_clock::now() + kTryAgainAfter;
  if (!std::exchange(is_refusing_, true)) say(why);
  return false;
}

bool Collector::save() {
  if (output_.is_own_file()) checkpoint_.output_bytes = output_.bytes();
  if (const Status saved = checkpoint_.save(); !saved) return refuse(saved.error());
  is_dirty_ = false;
  return true;
}

bool Collector::claim(Source& source) const {
  if (source.claim >= 0) return true;
  const int fd = ::open(source.region->path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  struct stat info {};
  // Whoever had it may have removed it before this lock was free.
  if (fd >= 0 && recovery::lock_for_recovery(fd) && fstat(fd, &info) == 0 && info.st_nlink != 0) {
    source.claim = fd;
    return true;
  }
  if (fd >= 0) close(fd);
  return false;
}

// False: the output refused.
bool Collector::pass(const std::string& name, Source& source) {
  source.region->look(pacing_);
  // Another delivers it, a restart of its service perhaps: what that leaves is ours.
  if (!source.region->alive() && !claim(source)) {
    if (access(path_of(name).c_str(), F_OK) == 0) return true;
    checkpoint_.regions[name].done_unix_ns = recovery::now_unix_ns();
    overwritten_ += source.report.overwritten;
    return true;
  }
  bool more = true;
  for (int batch = 0; more && (batch < kBatchesPerPass || !source.region->alive()); ++batch) {
    const std::uint64_t overwritten = source.report.overwritten;
    more = source.region->read(builder_, source.report);
    const bool is_news = !builder_.empty() || source.report.overwritten != overwritten;
    if (is_news && !deliver(name, source)) return false;
  }
  is_behind_ = is_behind_ || more;
  return source.region->alive() || finish(name, source);
}

bool Collector::finish(const std::string& name, Source& source) {
  source.region->read_open(builder_, source.report);
  return deliver(name, source, recovery::now_unix_ns());
}

void Collector::note_end(const Source& source) {
  ++ended_;
  overwritten_ += source.report.overwritten;
  say("Process " + std::to_string(source.region->pid()) + end_text(source.report) + ": " +
      format_plural(source.report.spans, "span") + " collected, " +
      format_count(source.report.unfinished) + " of them unfinished, " +
      format_count(source.report.overwritten) + " overwritten before they could be read.");
}

void Collector::remove(const std::string& name) {
  unlink(path_of(name).c_str());
}

// Of those that are delivered; a live process's region never.
void Collector::prune() {
  std::vector<std::pair<std::int64_t, std::string>> done;
  for (const auto& [name, progress] : checkpoint_.regions) {
    if (progress.done_unix_ns == 0) continue;
    sources_.erase(name);
    if (access(path_of(name).c_str(), F_OK) == 0) done.emplace_back(progress.done_unix_ns, name);
  }
  std::sort(done.rbegin(), done.rend());
  const std::int64_t now = recovery::now_unix_ns();
  for (std::size_t i = 0; i < done.size(); ++i) {
    const bool is_old = options_.keep_age && now - done[i].first > options_.keep_age->count();
    const bool is_many = options_.keep_count && i >= *options_.keep_count;
    if (options_.remove || is_old || is_many) remove(done[i].second);
  }
}

std::uint64_t Collector::overwritten() const {
  std::uint64_t sum = overwritten_;
  for (const auto& [name, source] : sources_) {
    const auto known = checkpoint_.regions.find(name);
    const bool has_ended = known != checkpoint_.regions.end() && known->second.done_unix_ns != 0;
    sum += has_ended ? 0 : source->report.overwritten;
  }
  return sum;
}

void Collector::say_losses() {
  const auto now = std::chrono::steady_clock::now();
  const std::uint64_t lost = overwritten() - overwritten_said_;
  if (lost == 0 || now < say_next_) return;
  overwritten_said_ += lost;
  say_next_ = now + kSayLossEvery;
  say(format_plural(lost, "span") + (lost == 1 ? " was" : " were") +
      " overwritten before they could be read; larger rings (ring_bytes_initial) or a faster "
      "output would keep them. Said once a minute.");
}

// False: the output refused.
bool Collector::pass_all() {
  if (delivery_ && !hand_over()) return false;
  for (auto& [name, source] : sources_) {
    const auto known = checkpoint_.regions.find(name);
    if (known != checkpoint_.regions.end() && known->second.done_unix_ns != 0) continue;
    if (!pass(name, *source)) return false;
  }
  return true;
}

ExitCode Collector::run() {
  const StopSignal stop;
  say("Collecting from " + printable(options_.inputs[0]) + " into " + output_.describe() +
      ", until SIGINT or SIGTERM.");
  auto last_pass = std::chrono::steady_clock::now();
  bool is_last = false, is_refused = false;
  while (!is_last) {
    is_last = StopSignal::has_come();
    if (is_last) look_next_ = {};
    find_regions();
    is_behind_ = false;
    if (is_last || std::chrono::steady_clock::now() >= try_next_) is_refused = !pass_all();
    if (output_.reader_is_gone()) return kOk;
    // A region goes when it is written down that it may.
    if (!is_dirty_ || save()) prune();
    say_losses();
    const auto now = std::chrono::steady_clock::now();
    const auto pause = pacing_.next_sleep(now - std::exchange(last_pass, now));
    if (!is_last && !is_behind_) StopSignal::sleep(pause);
  }
  is_refused = !output_.end() || is_refused;
  say(format_plural(spans_, "span") + " collected, " + format_plural(ended_, "process") +
      " ended, " + format_count(overwritten()) + " overwritten before they could be read.");
  return is_refused ? kOutputFailed : kOk;
}

}  // namespace

int run_collect(const CollectOptions& options) {
  Collector collector(options);
  const ExitCode opened = collector.open();
  return opened != kOk ? opened : collector.run();
}

}  // namespace nanospan::tools

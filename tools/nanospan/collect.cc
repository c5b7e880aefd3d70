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
#include "command.h"
#include "nanospan/exporters/make_exporter.h"
#include "nanospan/exporters/otlp_file_exporter.h"
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
constexpr auto kExportTimeout = std::chrono::seconds(30);

Deadline export_deadline() {
  return std::chrono::steady_clock::now() + kExportTimeout;
}

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

  static std::string checkpoint_path(const CollectOptions& options);
  Status open_output();
  void find_regions();
  void add(const std::string& name);
  bool pass(const std::string& name, Source& source);
  bool deliver(const std::string& name, Source& source);
  bool claim(Source& source) const;
  bool finish(const std::string& name, Source& source);
  void prune();
  void remove(const std::string& name);
  void say(const std::string& sentence) const {
    if (!options_.quiet) fail(kOk, sentence);
  }
  [[nodiscard]] std::string path_of(const std::string& name) const {
    return options_.inputs[0] + "/" + name;
  }

  const CollectOptions& options_;
  Checkpoint checkpoint_;
  std::unique_ptr<Exporter> exporter_;
  std::map<std::string, std::unique_ptr<Source>> sources_;
  std::map<std::string, bool> unusable_;
  BatchBuilder builder_;
  drain::Pacing pacing_{drain::PaceLimits{}};
  bool is_behind_ = false;
  SteadyTime look_next_{}, try_next_{};
  std::uint64_t spans_ = 0, overwritten_ = 0, unfinished_ = 0, recovered_ = 0;
};

std::string Collector::checkpoint_path(const CollectOptions& options) {
  if (!options.checkpoint.empty()) return options.checkpoint;
  return options.output.empty() ? options.inputs[0] + "/collect.checkpoint"
                                : options.output + ".checkpoint";
}

Status Collector::open_output() {
  if (options_.output.empty()) {
    ExporterDefaults defaults;
    defaults.service_name = "collected";
    auto made = make_exporter(options_.exporter, defaults);
    if (!made) return made.status();
    exporter_ = std::move(*made);
    return {};
  }
  // What was written behind the checkpoint is read again: cut off, it is there once.
  struct stat info {};
  const bool is_there = stat(options_.output.c_str(), &info) == 0;
  if (is_there && S_ISREG(info.st_mode)) {
    const auto bytes = static_cast<std::uint64_t>(info.st_size);
    if (!checkpoint_.was_there())
      checkpoint_.output_bytes = bytes;  // somebody's: appended to
    else if (bytes < checkpoint_.output_bytes)
      return Status::failure(printable(options_.output) +
                             " is shorter than its checkpoint says; remove the checkpoint to begin "
                             "anew.");
    else if (truncate(options_.output.c_str(), static_cast<off_t>(checkpoint_.output_bytes)) != 0)
      return Status::failure(printable(options_.output) + " can't be written (" +
                             std::strerror(errno) + "); look at its permissions.");
  } else if (!is_there && checkpoint_.output_bytes != 0) {
    checkpoint_.output_bytes = 0;  // moved away; a new one begins
  }
  OtlpFileOptions file;
  file.path = options_.output;
  file.format = is_protobuf_name(options_.output) ? OtlpFileFormat::kLengthDelimitedProtobuf
                                                  : OtlpFileFormat::kJsonLines;
  auto made = make_otlp_file_exporter(std::move(file));
  if (!made) return made.status();
  exporter_ = std::move(*made);
  return checkpoint_.save();
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
  if (const Status opened = open_output(); !opened) {
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

// Exports the batch and writes down how far that was; or goes back to where that was.
bool Collector::deliver(const std::string& name, Source& source) {
  decode::RegionReader& reader = source.region->reader();
  RegionProgress& progress = checkpoint_.regions[name];
  const bool taken =
      builder_.empty() || exporter_ == nullptr ||
      exporter_->export_batch(builder_.batch(), export_deadline()) == ExportResult::kSuccess;
  const std::uint64_t spans = builder_.size();
  builder_.clear();
  if (!taken) {
    if (!progress.lanes.empty() || spans != 0) {
      reader.start_at_confirmed();
      for (std::uint32_t lane = 0; lane < progress.lanes.size(); ++lane)
        reader.start_lane_at(lane, progress.lanes[lane].position, progress.lanes[lane].records);
    }
    source.report.spans -= spans;
    try_next_ = std::chrono::steady_clock::now() + kTryAgainAfter;
    say(format_plural(spans, "span") + " could not be exported to " + exporter_->describe() +
        "; they are tried again.");
    return false;
  }
  spans_ += spans;
  progress.lanes.resize(reader.lane_count());
  for (std::uint32_t lane = 0; lane < progress.lanes.size(); ++lane)
    progress.lanes[lane] = {reader.lane_position(lane), reader.lane_records(lane)};
  struct stat info {};
  if (!options_.output.empty() && stat(options_.output.c_str(), &info) == 0)
    checkpoint_.output_bytes = static_cast<std::uint64_t>(info.st_size);
  if (const Status saved = checkpoint_.save(); !saved) say(saved.error());
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
    if (access(path_of(name).c_str(), F_OK) != 0)
      checkpoint_.regions[name].done_unix_ns = recovery::now_unix_ns();
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
  RegionProgress& progress = checkpoint_.regions[name];
  // Set before the save that goes with the export: both or neither.
  progress.done_unix_ns = recovery::now_unix_ns();
  if (!deliver(name, source)) {
    progress.done_unix_ns = 0;
    source.report.unfinished = 0;
    return false;
  }
  ++recovered_;
  overwritten_ += source.report.overwritten;
  unfinished_ += source.report.unfinished;
  say("Process " + std::to_string(source.region->pid()) + end_text(source.report) + ": " +
      format_plural(source.report.spans, "span") + " collected, " +
      format_count(source.report.unfinished) + " of them unfinished, " +
      format_count(source.report.overwritten) + " overwritten before they could be read.");
  return true;
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

ExitCode Collector::run() {
  const StopSignal stop;
  auto last_pass = std::chrono::steady_clock::now();
  bool is_last = false, is_refused = false;
  while (!is_last) {
    is_last = StopSignal::has_come();
    if (is_last) look_next_ = {};
    find_regions();
    is_behind_ = is_refused = false;
    if (is_last || std::chrono::steady_clock::now() >= try_next_) {
      for (auto& [name, source] : sources_) {
        const auto known = checkpoint_.regions.find(name);
        if (known != checkpoint_.regions.end() && known->second.done_unix_ns != 0) continue;
        is_refused = !pass(name, *source);
        if (is_refused) break;
      }
    }
    prune();
    const auto now = std::chrono::steady_clock::now();
    const auto pause = pacing_.next_sleep(now - std::exchange(last_pass, now));
    if (!is_last && !is_behind_) StopSignal::sleep(pause);
  }
  if (exporter_ != nullptr) {
    is_refused = !exporter_->flush(export_deadline()) || is_refused;
    exporter_->shutdown(export_deadline());
  }
  for (const auto& [name, source] : sources_) overwritten_ += source->report.overwritten;
  say(format_plural(spans_, "span") + " collected, " + format_plural(recovered_, "dead process") +
      " recovered, " + format_count(overwritten_) + " overwritten before they could be read.");
  return is_refused ? kOutputFailed : kOk;
}

}  // namespace

int run_collect(const CollectOptions& options) {
  Collector collector(options);
  const ExitCode opened = collector.open();
  return opened != kOk ? opened : collector.run();
}

}  // namespace nanospan::tools

#include "collect/collect.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "collect/collector.h"
#include "terminal/stop_signal.h"
#include "terminal/text.h"

namespace nanospan::tools {

std::string Collector::checkpoint_path(const CollectOptions& options) {
  if (!options.checkpoint.empty()) return options.checkpoint;
  return options.output.empty() ? options.inputs[0] + "/collect.checkpoint"
                                : options.output + ".checkpoint";
}

ExitCode Collector::open() {
  struct stat info {};
  if (stat(options_.inputs[0].c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    fail(kUnreadable, printable(options_.inputs[0]) +
                          " is no directory; give the one where programs record: $NANOSPAN_DIR, "
                          "else /dev/shm/nanospan-<uid>.");
    return kUnreadable;
  }
  if (const Status opened = checkpoint_.open(); !opened) {
    fail(kUnreadable, opened.error());
    return kUnreadable;
  }
  if (const Status opened = output_.open(options_, checkpoint_); !opened) {
    fail(kOutputFailed, printable(opened.error()));
    return kOutputFailed;
  }
  return kOk;
}

void Collector::remove(const std::string& name) {
  unlink(path_of(name).c_str());
}

// Of those that are delivered; a live process's region never.
void Collector::prune() {
  std::vector<std::pair<std::int64_t, std::string>> done;
  for (const auto& [name, progress] : checkpoint_.regions) {
    if (progress.done_unix_ns == 0) continue;
    if (access(path_of(name).c_str(), F_OK) == 0) done.emplace_back(progress.done_unix_ns, name);
  }
  std::sort(done.rbegin(), done.rend());
  const std::int64_t now = recovery::now_unix_ns();
  for (std::size_t i = 0; i < done.size(); ++i) {
    const bool is_old = options_.keep_age && now - done[i].first > options_.keep_age->count();
    const bool is_many = options_.keep_count && i >= *options_.keep_count;
    // A region goes when it is written down that it may.
    if (!is_dirty_ && (options_.remove || is_old || is_many)) remove(done[i].second);
  }
  // Their claims are given up behind that: nobody can take one that is being removed.
  std::erase_if(sources_, [this](const auto& source) { return is_done(source.first); });
}

std::uint64_t Collector::overwritten() const {
  std::uint64_t sum = overwritten_;
  for (const auto& [name, source] : sources_) {
    sum += is_done(name) ? 0 : source->report.overwritten;
  }
  return sum;
}

void Collector::say_losses() {
  const std::uint64_t lost = overwritten() - overwritten_said_;
  if (lost == 0 || !losses_.take_turn()) return;
  overwritten_said_ += lost;
  say(format_plural(lost, "span") + (lost == 1 ? " was" : " were") +
      " overwritten before they could be read; larger rings (ring_bytes_initial) or a faster "
      "output would keep them. Said once a minute.");
}

// False: the output refused.
bool Collector::pass_all() {
  if (delivery_ && !hand_over()) return false;
  for (auto& [name, source] : sources_) {
    if (is_done(name)) continue;
    if (!pass(name, *source)) return false;
  }
  return true;
}

// Of dead processes: what the living record has no end.
void Collector::show_progress() {
  std::uint64_t done = 0, total = 0, spans = 0;
  for (const auto& [name, source] : sources_) {
    if (!source->is_claimed() || is_done(name)) continue;
    done += source->way().done();
    total += source->way().total();
    spans += source->report.spans;
  }
  if (total == 0)
    bar_.erase();
  else
    bar_.show(done, total, spans);
}

ExitCode Collector::run() {
  const StopSignal stop;
  say("Collecting from " + printable(options_.inputs[0]) + " into " +
      printable(output_.describe()) + ", until SIGINT or SIGTERM.");
  auto last_pass = std::chrono::steady_clock::now();
  bool is_refused = false;
  while (!is_last_ || (is_any_waiting_ && !is_refused)) {
    is_last_ = StopSignal::has_come();
    if (is_last_ || is_any_waiting_) look_next_ = {};
    find_regions();
    is_behind_ = false;
    if (is_last_ || std::chrono::steady_clock::now() >= try_next_) {
      is_refused = !pass_all();
      is_behind_ = !is_refused && (is_behind_ || is_any_waiting_);
    }
    if (output_.reader_is_gone()) return kOk;
    show_progress();
    if (is_dirty_) try_to_save();
    prune();
    say_losses();
    const auto now = std::chrono::steady_clock::now();
    const auto pause = pacing_.next_sleep(now - std::exchange(last_pass, now));
    if (!is_last_ && !is_behind_) StopSignal::sleep(pause);
  }
  is_refused = !output_.end() || is_refused;
  say(format_plural(spans_, "span") + " collected, " + format_plural(ended_, "process") +
      " ended, " + format_count(overwritten()) + " overwritten before they could be read.");
  return is_refused ? kOutputFailed : kOk;
}

int run_collect(const CollectOptions& options) {
  // One for each process, two when it dies: the usual 1,024 are the shell's, not the system's.
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    descriptors.rlim_cur = descriptors.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &descriptors);
  }
  Collector collector(options);
  const ExitCode opened = collector.open();
  return opened != kOk ? opened : collector.run();
}

}  // namespace nanospan::tools

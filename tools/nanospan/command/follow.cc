#include "command/follow.h"

#include <cstdio>

#include "facts/time_window.h"
#include "process/region_follower.h"
#include "terminal/stop_signal.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

constexpr int kBatchesPerPass = 16;  // then the next region has its turn
constexpr auto kSayLossEvery = std::chrono::seconds(1);

class Following {
 public:
  Following(const SpanOptions& options, SpanSink& sink) : options_(options), sink_(sink) {}

  // What can't be read is said and left out.
  ExitCode open(const std::vector<Input>& inputs);
  [[nodiscard]] bool has_any() const noexcept { return !all_.empty(); }
  // Until a signal, or nobody is left. False: the sink refused.
  bool run();
  [[nodiscard]] std::vector<ReadReport> reports() const;

 private:
  struct One {
    std::unique_ptr<RegionFollower> region;
    ReadReport report;
    TimeWindow window;  // where it begins
    std::uint64_t overwritten_said = 0;
    bool done = false;
  };

  bool pass(One& one);
  bool hand_over(One& one);
  bool finish(One& one);
  void say_losses();

  const SpanOptions& options_;
  SpanSink& sink_;
  std::vector<One> all_;
  BatchBuilder builder_;
  drain::Pacing pacing_{drain::PaceLimits{}};
  bool is_behind_ = false;
  bool is_last_ = false;  // pass: a signal has come
  std::chrono::steady_clock::time_point say_next_{};
};

ExitCode Following::open(const std::vector<Input>& inputs) {
  ExitCode code = kOk;
  for (const Input& input : inputs) {
    if (input.is_listed && input.kind != InputKind::kRegion) continue;
    if (input.kind != InputKind::kRegion) {
      fail(kUsage, printable(input.path) +
                       " is no region of a process; --follow takes process ids, regions and "
                       "directories of regions.");
      return kUsage;
    }
    auto region = RegionFollower::open(input.path);
    if (!region) {
      fail(kUnreadable, printable(input.path) + ": " + region.error());
      code = kUnreadable;
      continue;
    }
    One one;
    one.region = std::move(*region);
    one.report = one.region->new_report();
    one.window = TimeWindow(options_.last, one.region->end_unix_ns());
    all_.push_back(std::move(one));
  }
  if (all_.empty() && code == kOk)
    code = static_cast<ExitCode>(fail(kNothingFound,
                                      "There is no region to follow; name the one "
                                      "of a process, or a directory that has some."));
  return code;
}

bool Following::hand_over(One& one) {
  one.window.apply(builder_, one.report);
  const bool taken = builder_.empty() || sink_.take(builder_.batch());
  builder_.clear();
  return taken;
}

bool Following::pass(One& one) {
  one.region->look(pacing_);
  bool more = true;
  const auto must_go_on = [&] {
    return is_last_ && (!one.region->alive() || one.region->is_behind());
  };
  for (int batch = 0; more && (batch < kBatchesPerPass || must_go_on()); ++batch) {
    more = one.region->read(builder_, one.report);
    if (!hand_over(one)) return false;
  }
  is_behind_ = is_behind_ || more;
  return more || one.region->alive() || finish(one);
}

bool Following::finish(One& one) {
  one.done = true;
  one.region->read_open(builder_, one.report);
  if (!options_.quiet)
    fail(kOk, "Process " + std::to_string(one.region->pid()) + end_text(one.report) + "; " +
                  format_plural(one.report.unfinished, "span") + " that had not ended " +
                  (one.report.unfinished == 1 ? "was" : "were") + " written as unfinished.");
  return hand_over(one);
}

void Following::say_losses() {
  const auto now = std::chrono::steady_clock::now();
  if (options_.quiet || now < say_next_) return;
  for (One& one : all_) {
    const std::uint64_t lost = one.report.overwritten - one.overwritten_said;
    if (lost == 0) continue;
    one.overwritten_said = one.report.overwritten;
    say_next_ = now + kSayLossEvery;
    fail(kOk, format_plural(lost, "span") + " of process " + std::to_string(one.region->pid()) +
                  " " + (lost == 1 ? "was" : "were") +
                  " overwritten before they could be read; larger rings (ring_bytes_max) or a "
                  "faster output would keep them.");
  }
}

bool Following::run() {
  auto last_pass = std::chrono::steady_clock::now();
  while (!StopSignal::has_come()) {
    is_behind_ = false;
    bool is_any_left = false;
    for (One& one : all_) {
      if (one.done) continue;
      if (!pass(one)) return false;
      is_any_left = is_any_left || !one.done;
    }
    say_losses();
    if (!is_any_left) return true;
    const auto now = std::chrono::steady_clock::now();
    const auto pause = pacing_.next_sleep(now - std::exchange(last_pass, now));
    if (!is_behind_) StopSignal::sleep(pause);
  }
  // What ended before the signal is written.
  is_last_ = true;
  for (One& one : all_)
    if (!one.done && !pass(one)) return false;
  return true;
}

std::vector<ReadReport> Following::reports() const {
  std::vector<ReadReport> reports;
  for (const One& one : all_) reports.push_back(one.report);
  return reports;
}

}  // namespace

ReadingOutcome follow_inputs(const std::vector<Input>& inputs, const SpanOptions& options,
                             SpanSink& sink, const std::function<bool()>& begin) {
  const StopSignal stop;
  ReadingOutcome outcome;
  Following following(options, sink);
  outcome.code = following.open(inputs);
  if (outcome.code == kUsage || !following.has_any()) return outcome;
  if ((begin && !begin()) || !following.run()) outcome.code = kOutputFailed;
  outcome.reports = following.reports();
  for (const ReadReport& report : outcome.reports)
    if (report.damaged != 0 && outcome.code == kOk) outcome.code = kDamaged;
  return outcome;
}

}  // namespace nanospan::tools

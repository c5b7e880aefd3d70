// Collector: the drain of every process in a directory, from outside.
//
// A pass gives each region its turn; what was read is delivered, and written down, before more is
// read. What the output refuses is kept and tried again.
// Threads: none; one in a process. Memory: a batch, and a mapping for each region.
// Errors: sentences on standard error; open() and run() give the exit code.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/rate_limited_log.h"
#include "collect/checkpoint.h"
#include "collect/collect.h"
#include "collect/collect_output.h"
#include "collect/collect_source.h"
#include "terminal/terminal.h"

namespace nanospan::tools {

class Collector {
 public:
  explicit Collector(const CollectOptions& options)
      : options_(options),
        checkpoint_(checkpoint_path(options)),
        bar_("Recovering", options.quiet) {}

  // An exit code other than kOk was said.
  ExitCode open();
  ExitCode run();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  // What was read and is not delivered: in builder_. None: the region has come this far without it.
  struct Delivery {
    std::string name;
    RegionProgress after;
  };

  static std::string checkpoint_path(const CollectOptions& options);
  void find_regions();
  bool add(const std::string& name, bool is_dead);
  void leave_alone(const std::string& name, const std::string& why);
  bool is_done(const std::string& name) const;
  bool pass(const std::string& name, CollectSource& source);
  bool deliver(const std::string& name, CollectSource& source, std::int64_t done_unix_ns = 0);
  bool hand_over();
  bool refuse(const std::string& why);
  Status save();
  void try_to_save();
  bool claim(const std::string& name, CollectSource& source);
  bool finish(const std::string& name, CollectSource& source);
  void note_end(CollectSource& source);
  bool pass_all();
  void prune();
  [[nodiscard]] std::uint64_t overwritten() const;
  void say_losses();
  void remove(const std::string& name);
  void say(const std::string& sentence) {
    if (!options_.quiet) warn(sentence);
  }
  void warn(const std::string& sentence) {
    bar_.erase();
    fail(kOk, sentence);
  }
  void show_progress();
  [[nodiscard]] std::string path_of(const std::string& name) const {
    return options_.inputs[0] + "/" + name;
  }

  const CollectOptions& options_;
  Checkpoint checkpoint_;
  CollectOutput output_;
  std::map<std::string, std::unique_ptr<CollectSource>> sources_;
  std::map<std::string, int> unusable_;  // at how many looks
  BatchBuilder builder_;
  std::optional<Delivery> delivery_;
  bool is_dirty_ = false;        // the checkpoint is not saved
  bool is_refusing_ = false;     // the output, or the checkpoint; that was said
  bool is_any_waiting_ = false;  // for a dead one's turn
  bool is_last_ = false;         // pass: a signal has come
  base::RateLimitedLog refusals_, unsaved_, losses_, no_directory_;
  drain::Pacing pacing_{drain::PaceLimits{}};
  bool is_behind_ = false;
  SteadyTime look_next_{}, try_next_{};
  std::uint64_t spans_ = 0, overwritten_ = 0, ended_ = 0;  // overwritten_: of the ended
  std::uint64_t overwritten_said_ = 0;
  Progress bar_;
};

}  // namespace nanospan::tools

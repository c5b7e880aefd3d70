// What a Recorder is made of.
#pragma once

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "capture/runtime.h"
#include "drain/drain.h"
#include "nanospan/recorder.h"

namespace nanospan {

namespace config {
struct EnvironmentSettings;
}
namespace format {
class RegionView;
}

// Set where accounting.cc is linked: stop() keeps the last sums for whoever can ask for them.
using AccountingReader = Accounting (*)(const format::RegionView& region);
extern AccountingReader accounting_reader;

// Set where dump_signal.cc is linked. start() takes what is unset from the environment, and says in
// the log why it can't; stop() also without it.
struct DumpSignal {
  void (*start)(const DumpSettings& settings) noexcept;
  void (*stop)(Deadline deadline) noexcept;
};
extern std::atomic<const DumpSignal*> dump_signal;

// Set by enable_recovery(), so that orphan_backlog.cc is linked by those who call it.
using BacklogMaker = std::unique_ptr<drain::Backlog> (*)(region::Region& own,
                                                         std::string service_name);
extern std::atomic<BacklogMaker> orphan_backlog_maker;

// nullptr: none was set.
[[nodiscard]] ExporterFactory find_exporter_factory() noexcept;

struct Recorder::Impl {
  RecorderOptions options;              // without exporters once it runs
  capture::Runtime* runtime = nullptr;  // nullptr: nothing to take apart
  std::unique_ptr<drain::Drain> drain;  // nullptr: switched off
  bool records_in_children = false;
  // Whose all this is: a forked child's copy owns nothing until it is started anew there. Stored
  // with release when it runs; pairs with is_ours().
  std::atomic<pid_t> owner{0};

  explicit Impl(RecorderOptions&& given) noexcept : options(std::move(given)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // "": it runs. Else why not, and nothing is left of it.
  [[nodiscard]] std::string try_start() noexcept;
  // What a child starts anew, under capture's lock; nullptr: none.
  static Impl* for_children;
  void start_in_child() noexcept;
  // Not destroyed: that would be to wait for threads that the child does not have.
  void leave_to_parent() noexcept;
  [[nodiscard]] bool is_ours() const noexcept {
    return owner.load(std::memory_order_acquire) == getpid();
  }

 private:
  Status start();
  Status start_runtime(const config::EnvironmentSettings& env);
  Status start_drain(const config::EnvironmentSettings& env,
                     const std::shared_ptr<const Resource>& resource);
  void give_up() noexcept;
};

}  // namespace nanospan

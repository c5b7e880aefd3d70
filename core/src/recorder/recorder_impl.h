// What a Recorder is made of.
#pragma once

#include <unistd.h>

#include <chrono>
#include <memory>

#include "capture/runtime.h"
#include "drain/drain.h"
#include "nanospan/recorder.h"

namespace nanospan {

namespace format {
class RegionView;
}

// Set where accounting.cc is linked: stop() keeps the last sums for whoever can ask for them.
using AccountingReader = Accounting (*)(const format::RegionView& region);
extern AccountingReader accounting_reader;

struct Recorder::Impl {
  capture::Runtime* runtime = nullptr;  // nullptr: nothing to take apart
  std::unique_ptr<drain::Drain> drain;  // nullptr: switched off
  std::chrono::milliseconds stop_timeout{0};
  pid_t pid = getpid();  // a forked child's copy owns nothing

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  Status start(RecorderOptions& options);
  [[nodiscard]] bool is_ours() const noexcept { return pid == getpid(); }
};

}  // namespace nanospan

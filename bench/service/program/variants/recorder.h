// What the variants with our recorder share: the span, and what became of it.
//
// Threads: as instrument.h says.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "nanospan/log.h"
#include "nanospan/nanospan.h"
#include "service/program/instrument.h"

#define NANOSPAN_BENCH_IN_SPAN(NAME, WORK) \
  do {                                     \
    NANOSPAN_SCOPE(span, NAME);            \
    (WORK)();                              \
  } while (false)

namespace nanospan::bench {

class RecorderInstrument {
 public:
  [[nodiscard]] const std::string& problem() const { return problem_; }
  void prepare_thread() { (void)nanospan::prepare_thread(); }
  Delivery delivery(std::uint64_t) {
    recorder_->flush();
    const Accounting counts = recorder_->accounting();
    return {
        static_cast<double>(counts.delivered),
        static_cast<double>(counts.lost() + counts.overwritten + counts.damaged + counts.refused)};
  }

 protected:
  void fail(std::string problem) { problem_ = std::move(problem); }
  void start(RecorderOptions options) {
    set_log_handler([](LogLevel level, std::string_view text) {
      if (level != LogLevel::kInfo)
        std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
    });
    options.service_name = "nanospan_bench_service";
    options.recover_on_start = false;  // what an earlier run left is not this one's work
    recorder_ = std::make_unique<Recorder>(Recorder::start(std::move(options)));
    problem_ = recorder_->error();
  }
  [[nodiscard]] std::string region_path() const { return recorder_->region_path(); }

 private:
  std::unique_ptr<Recorder> recorder_;
  std::string problem_;
};

}  // namespace nanospan::bench

// nanospan as users run it: default settings, the drain, the OTLP file.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "nanospan/exporters/otlp_file_exporter.h"
#include "nanospan/log.h"
#include "nanospan/nanospan.h"
#include "service/program/instrument.h"

#define NANOSPAN_BENCH_IN_SPAN(NAME, WORK) \
  do {                                     \
    NANOSPAN_SCOPE(span, NAME);            \
    (WORK)();                              \
  } while (false)

namespace nanospan::bench {

class Instrument {
 public:
  Instrument(const std::string& directory, unsigned cpu) {
    Result<std::unique_ptr<Exporter>> file =
        make_otlp_file_exporter({.path = directory + "/spans.jsonl"});
    if (!file) {
      problem_ = file.error();
      return;
    }
    set_log_handler([](LogLevel level, std::string_view text) {
      if (level != LogLevel::kInfo)
        std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
    });
    RecorderOptions options;
    options.service_name = "nanospan_bench_service";
    options.recover_on_start = false;  // what an earlier run left is not this one's work
    options.drain.cpus = {cpu};
    options.exporters.push_back(std::move(*file));
    recorder_ = std::make_unique<Recorder>(Recorder::start(std::move(options)));
    problem_ = recorder_->error();
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  void prepare_thread() { (void)nanospan::prepare_thread(); }
  Delivery delivery(std::uint64_t) {
    recorder_->flush();
    const Accounting counts = recorder_->accounting();
    return {
        static_cast<double>(counts.delivered),
        static_cast<double>(counts.lost() + counts.overwritten + counts.damaged + counts.refused)};
  }

 private:
  std::unique_ptr<Recorder> recorder_;
  std::string problem_;
};

}  // namespace nanospan::bench

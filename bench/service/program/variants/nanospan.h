// nanospan as users run it: default settings, the drain, the OTLP file.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "nanospan/exporters/otlp_file_exporter.h"
#include "service/program/variants/recorder.h"

namespace nanospan::bench {

class Instrument : public RecorderInstrument {
 public:
  Instrument(const std::string& directory, unsigned cpu) {
    Result<std::unique_ptr<Exporter>> file =
        make_otlp_file_exporter({.path = directory + "/spans.jsonl"});
    if (!file) {
      fail(file.error());
      return;
    }
    RecorderOptions options;
    options.drain.cpus = {cpu};
    options.exporters.push_back(std::move(*file));
    start(std::move(options));
  }
};

}  // namespace nanospan::bench

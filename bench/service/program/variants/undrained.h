// nanospan without its drain: what recording costs by itself, nothing running beside the load.
#pragma once

#include <unistd.h>

#include <string>
#include <utility>

#include "service/program/variants/recorder.h"

namespace nanospan::bench {

class Instrument : public RecorderInstrument {
 public:
  Instrument(const std::string&, unsigned) {
    RecorderOptions options;
    options.drain.enabled = false;
    start(std::move(options));
    if (problem().empty()) unlink(region_path().c_str());  // nobody will read it
  }
  // Nobody asks for them.
  Delivery delivery(std::uint64_t) { return {kUnknownSpans, kUnknownSpans}; }
};

}  // namespace nanospan::bench

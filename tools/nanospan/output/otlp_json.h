// OTLP/JSON from the schema's messages (readers/json_otlp.h is the way back).
//
// Threads: pure functions. Source: OTLP specification "JSON Protobuf Encoding".
#pragma once

#include <string>

#include "otlp.pb.h"

namespace nanospan::tools {

// On one line, without the line feed.
[[nodiscard]] std::string traces_to_json(const otlp::v1::TracesData& traces);

}  // namespace nanospan::tools

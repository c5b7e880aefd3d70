// OTLP/JSON to and from the schema's messages: ours and other SDKs'.
//
// Tolerant in what it takes: 64-bit numbers as numbers or strings, enumerations as numbers or
// names, lowerCamelCase or snake_case names, null for "not set", fields it does not know. Strict in
// what would make a wrong span: ids that are not hex of their length, values of the wrong type.
// Threads: pure functions. Source: OTLP specification "JSON Protobuf Encoding".
#pragma once

#include <string>
#include <string_view>

#include "nanospan/status.h"
#include "otlp.pb.h"

namespace nanospan::tools {

// One TracesData (or ExportTraceServiceRequest). A JSON object of another signal has no spans.
Result<otlp::v1::TracesData> traces_from_json(std::string_view untrusted_text);

// On one line, without the line feed.
[[nodiscard]] std::string traces_to_json(const otlp::v1::TracesData& traces);

}  // namespace nanospan::tools

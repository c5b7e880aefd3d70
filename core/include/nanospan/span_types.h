// The small enumerations of a span.
#pragma once

#include <cstdint>

namespace nanospan {

// Values are OTLP's numbers. Source: OpenTelemetry trace/api.md "SpanKind".
enum class SpanKind : std::uint8_t {
  kInternal = 1,
  kServer = 2,
  kClient = 3,
  kProducer = 4,
  kConsumer = 5
};

// Ok > Error > Unset; Ok is final. Values are OTLP's. Source: trace/api.md "Set Status".
enum class StatusCode : std::uint8_t { kUnset = 0, kOk = 1, kError = 2 };

// As in Rust's `tracing`: the lower, the more important.
enum class Level : std::uint8_t { kError = 1, kWarn = 2, kInfo = 3, kDebug = 4, kTrace = 5 };

}  // namespace nanospan

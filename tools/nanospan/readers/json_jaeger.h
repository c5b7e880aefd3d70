// Jaeger's JSON to OTLP's protobuf: a trace as its HTTP API answers and as its UI saves it.
//
// Tags that stand for something in OTLP become that: span.kind, error, otel.status_code,
// otel.status_description, otel.scope.name and .version, w3c.tracestate; the others are attributes,
// logs are events, references links, but for the one that is the parent.
// Threads: none. Errors: a span that can't be read is skipped and counted.
// Source: the OpenTelemetry specification, "OpenTelemetry to Jaeger Transformation"; Jaeger's
// model/json.
#pragma once

#include "readers/json_values.h"
#include "readers/piece.h"

namespace nanospan::tools::readers {

// {"traceID", "spans": [...], "processes": {...}}, behind what is in into.otlp. Throws a Refusal
// when it is none.
void add_jaeger_trace(const Json& trace, Translation& into);

}  // namespace nanospan::tools::readers

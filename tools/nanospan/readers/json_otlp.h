// OTLP/JSON to OTLP's protobuf: ours and other SDKs'.
//
// Also taken: the name that the spans' list has in Tempo's answers (batches), and those that scopes
// had before OTLP 1.0 (instrumentationLibrarySpans, instrumentationLibrary).
// Threads: none. Errors: a span that can't be read is skipped and counted, and so are those of a
// resource or scope that can't.
#pragma once

#include "readers/json_values.h"
#include "readers/piece.h"

namespace nanospan::tools::readers {

// A ResourceSpans, behind what is in into.otlp.
void add_resource_spans(const Json& resource_spans, Translation& into);
// A list of them. Throws a Refusal when it is none.
void add_resource_spans_list(const Json& list, Translation& into);

}  // namespace nanospan::tools::readers

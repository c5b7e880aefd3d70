// A trace, and a list of traces, as JSON: a span or a trace a line, so that no tree of them all
// is in memory.
//
// Threads: pure functions.
#pragma once

#include "analysis/shown_trace.h"
#include "analysis/trace_list.h"
#include "view/waterfall.h"

namespace nanospan::tools {

// False: `take` stopped it.
bool render_trace_json(const analysis::ShownTrace& trace, const analysis::TraceList& list,
                       std::size_t rank, bool with_details, const TakeText& take);
bool render_list_json(const analysis::TraceSet& set, const analysis::TraceList& list,
                      const TakeText& take);

}  // namespace nanospan::tools

// One TracesData of a stranger: what of it can be read, and nothing else.
//
// A span that is damaged inside is left out and counted, the others stay; so is what no span can
// be found in. Sound: protobuf's own code reads the result, ids have their lengths, texts are
// UTF-8, values nest no deeper than kValueDepthMax.
// Threads: none.
#pragma once

#include <string_view>

#include "facts/time_window.h"
#include "readers/piece.h"

namespace nanospan::tools::readers {

// The piece is `untrusted_bytes` when all of them are sound and wanted (nothing is copied then),
// else into.otlp.
[[nodiscard]] OtlpPiece check_otlp(std::string_view untrusted_bytes, const TimeWindow& window,
                                   Translation& into);

}  // namespace nanospan::tools::readers

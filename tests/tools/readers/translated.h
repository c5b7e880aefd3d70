// A text through the readers, as protobuf's own messages.
#pragma once

#include <string>
#include <string_view>

#include "otlp.pb.h"
#include "readers/byte_stream.h"
#include "readers/json_translator.h"

namespace nanospan::tools::testing {

struct Translated {
  otlp::v1::TracesData traces;
  readers::Translation said;  // spans, skipped, reasons, error

  [[nodiscard]] const otlp::v1::Span& span() const {
    return traces.resource_spans(0).scope_spans(0).spans(0);
  }
};

// One piece: what is not JSON, or empty, gives an error or nothing.
inline Translated translated(std::string_view text) {
  auto stream = readers::ByteStream::of_text(text);
  readers::JsonPieces pieces(stream, std::size_t{1} << 24);
  readers::JsonTranslator translator;
  readers::JsonPiece piece;
  Translated out;
  if (!pieces.next(piece)) return out;
  if (!piece.damage.empty())
    out.said.error = piece.damage;
  else
    translator.translate(piece, out.said);
  if (!out.traces.ParseFromString(out.said.otlp)) out.said.error = "what was written is no OTLP";
  return out;
}

}  // namespace nanospan::tools::testing

// What every reader must leave of any input: pieces that protobuf's own code reads, with as many
// spans as were counted, each of which is visited with ids of their lengths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "otlp.pb.h"
#include "output/otlp_json.h"
#include "readers/json_translator.h"
#include "readers/otlp_check.h"
#include "readers/otlp_spans.h"
#include "readers/protobuf_pieces.h"

namespace nanospan::tools::fuzz {

inline void require(bool condition) {
  if (!condition) std::abort();
}

class Counted final : public OtlpVisitor {
 public:
  void resource(const OtlpAttributes& attributes) override {
    require(!service_name(attributes).empty());
  }
  void span(const OtlpSpan& span) override {
    ++spans;
    require(span.trace_id.size() == 16 && span.span_id.size() == 8);
    require(span.parent_span_id.empty() || span.parent_span_id.size() == 8);
    for (const std::string_view pair : span.attributes) (void)read_attribute(pair);
  }
  std::uint64_t spans = 0;
};

inline void check_piece(const OtlpPiece& piece) {
  Counted counted;
  visit(piece, counted);
  require(counted.spans == piece.spans);
  otlp::v1::TracesData traces;
  require(traces.ParseFromArray(piece.bytes.data(), static_cast<int>(piece.bytes.size())));
  std::uint64_t spans = 0;
  for (const auto& resource_spans : traces.resource_spans()) {
    for (const auto& scope_spans : resource_spans.scope_spans())
      spans += static_cast<std::uint64_t>(scope_spans.spans_size());
  }
  require(spans == piece.spans);
  // What was checked is not changed by being checked.
  readers::Translation again;
  const OtlpPiece same = readers::check_otlp(piece.bytes, {}, again);
  require(same.bytes.data() == piece.bytes.data() && same.spans == piece.spans);
}

inline void check_json(std::string_view untrusted, std::size_t piece_bytes_max) {
  auto stream = readers::ByteStream::of_text(untrusted);
  readers::JsonPieces pieces(stream, piece_bytes_max);
  readers::JsonTranslator translator;
  readers::Translation translation;
  std::uint64_t line = 1;
  for (readers::JsonPiece piece; pieces.next(piece);) {
    require(piece.line >= line);
    line = piece.line;
    if (!piece.damage.empty()) continue;
    require(piece.text.size() <= piece_bytes_max);
    translator.translate(piece, translation);
    check_piece(translation.piece());
    if (translation.spans == 0) continue;
    // There and back: as many spans, all of them sound.
    otlp::v1::TracesData traces;
    require(traces.ParseFromString(translation.otlp));
    const std::string written = traces_to_json(traces);
    auto second = readers::ByteStream::of_text(written);
    readers::JsonPieces line_of_it(second, std::size_t{1} << 24);
    readers::JsonPiece whole;
    readers::Translation back;
    require(line_of_it.next(whole));
    readers::JsonTranslator().translate(whole, back);
    require(back.spans == translation.spans && back.skipped == 0);
  }
}

inline void check_protobuf(std::string_view untrusted) {
  auto stream = readers::ByteStream::of_text(untrusted);
  readers::ProtobufPieces pieces(stream, std::size_t{1} << 20);
  for (readers::ProtobufPiece piece; pieces.next(piece);) {
    if (!piece.damage.empty()) continue;
    readers::Translation checked;
    check_piece(readers::check_otlp(piece.bytes, {}, checked));
  }
  readers::Translation checked;
  check_piece(readers::check_otlp(untrusted, {}, checked));
}

}  // namespace nanospan::tools::fuzz

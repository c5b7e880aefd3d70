// JsonTranslator: a piece of JSON, OTLP's or Jaeger's, to OTLP's protobuf.
//
// Which of the two it is, its fields say: resourceSpans (or batches, as Tempo answers), or a trace
// with spans, alone or in a list called data. An object of another signal has no spans; any other
// object is an error.
// Threads: none. Memory: some ten times the largest piece.
#pragma once

#include <memory>

#include "readers/json_pieces.h"
#include "readers/piece.h"

namespace nanospan::tools::readers {

class JsonTranslator {
 public:
  JsonTranslator();
  ~JsonTranslator();
  // Instead of what is in `into`.
  void translate(const JsonPiece& untrusted_piece, Translation& into);
  // A piece has been Jaeger's.
  [[nodiscard]] bool has_seen_jaeger() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nanospan::tools::readers

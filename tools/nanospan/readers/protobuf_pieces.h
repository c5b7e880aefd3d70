// OTLP's protobuf out of a stream, message by message.
//
// Three framings are met: a varint before each message (protobuf's own, and our exporter's), four
// bytes of length, the highest first (the OpenTelemetry Collector's file exporter), and none: one
// message is the whole of the stream, or several one behind the other, which is the same. The first
// bytes tell which.
// Threads: none. Memory: piece_bytes_max; of a message without framing a resource at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "readers/byte_stream.h"

namespace nanospan::tools::readers {

enum class Framing { kVarint, kBigEndian, kNone };

[[nodiscard]] Framing framing_of(std::string_view first_bytes) noexcept;
// They may be those of a framed or of a single message.
[[nodiscard]] bool looks_like_protobuf(std::string_view first_bytes) noexcept;

struct ProtobufPiece {
  std::string_view bytes;    // a TracesData, unchecked; until the next call
  std::uint64_t offset = 0;  // of its first byte, framing included
  std::string damage;        // instead of `bytes`
};

class ProtobufPieces {
 public:
  ProtobufPieces(ByteStream& stream, std::size_t piece_bytes_max)
      : stream_(stream), piece_bytes_max_(piece_bytes_max) {}

  // False: the stream ends, or can't be followed any further, which was told.
  [[nodiscard]] bool next(ProtobufPiece& piece);

 private:
  // What stands before a message, and its length. False: it is cut short, or no length.
  bool read_head(std::size_t& head_bytes, std::uint64_t& message_bytes);

  ByteStream& stream_;
  const std::size_t piece_bytes_max_;
  Framing framing_ = Framing::kVarint;
  bool is_known_ = false, is_lost_ = false;
  std::size_t handed_out_ = 0;
};

}  // namespace nanospan::tools::readers

// JSON out of a stream, in pieces that fit in memory: lines, documents over many lines, and where
// a document is too large, the traces or resources that it lists, one by one.
//
// A damaged piece is told once, and reading goes on behind its line.
// Threads: none. Memory: piece_bytes_max, half as much again while it grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "readers/byte_stream.h"

namespace nanospan::tools::readers {

struct JsonPiece {
  // What stands there: a whole value, or an element of the list of that name.
  enum class Kind { kDocument, kResourceSpans, kJaegerTrace };

  Kind kind = Kind::kDocument;
  std::string_view text;   // until the next call; ByteStream::kPadding bytes are behind it
  std::uint64_t line = 1;  // where it begins
  std::string damage;      // instead of `text`: why there is none
};

// Finds the end of a JSON value in bytes that come piecemeal, by its brackets and quotes alone.
class JsonBalance {
 public:
  // The value ends behind so many bytes of `untrusted`; nothing: it goes on. Blanks may be before
  // it.
  [[nodiscard]] std::optional<std::size_t> feed(std::string_view untrusted) noexcept;

 private:
  std::uint64_t depth_ = 0;
  bool in_text_ = false, is_escaped_ = false, in_word_ = false;
};

class JsonPieces {
 public:
  JsonPieces(ByteStream& stream, std::size_t piece_bytes_max)
      : stream_(stream), piece_bytes_max_(piece_bytes_max) {}

  // False: the stream ends.
  [[nodiscard]] bool next(JsonPiece& piece);

 private:
  // Where the next byte stands: between values, among the members of a document that is taken
  // apart, among the elements of its list.
  enum class Place { kTop, kMembers, kElements };

  bool next_value(JsonPiece& piece);
  bool next_member(JsonPiece& piece);
  bool next_element(JsonPiece& piece);
  std::optional<std::size_t> find_line(std::string_view& line);
  bool is_cut(std::string_view line, std::size_t line_bytes);
  std::optional<std::size_t> find_end(std::size_t bytes_max);
  bool skip_value();
  bool hand_out(JsonPiece& piece, JsonPiece::Kind kind, std::size_t bytes);
  bool tell_damage(JsonPiece& piece, std::string damage);
  char skip_blanks(std::string_view more = {});
  void consume(std::size_t bytes);

  ByteStream& stream_;
  const std::size_t piece_bytes_max_;
  std::uint64_t line_ = 1;
  std::size_t handed_out_ = 0;  // not yet consumed
  Place place_ = Place::kTop;
  JsonPiece::Kind elements_ = JsonPiece::Kind::kDocument;
  std::uint64_t open_ = 0;  // objects that are taken apart
  int broken_off_ = 0;      // documents
};

}  // namespace nanospan::tools::readers

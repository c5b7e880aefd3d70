// What parsers hand on: OTLP's binary form, whatever the input was written in, and what was left
// out of it.
//
// Why bytes: every format that is read becomes one TracesData after the other, a few hundred KiB at
// a time, so that there is one reader behind all parsers, exports lose nothing, and no tree of
// messages is built for spans that are only counted.
// Threads: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nanospan::tools {

// One TracesData of OTLP's protobuf that has been checked: what visit() (readers/otlp_spans.h) and
// protobuf's own code read without fail.
struct OtlpPiece {
  std::string_view bytes;
  std::uint64_t spans = 0;
};

namespace readers {

// How deep attribute values nest at most. Each level of a map is three of protobuf's messages, of
// which its own code follows a hundred.
inline constexpr int kValueDepthMax = 30;

// Why a field, a span or a piece of an input can't be read: the end of a sentence.
struct Refusal {
  std::string reason;
};
[[noreturn]] inline void refuse(std::string_view field, std::string_view reason) {
  throw Refusal{std::string(field) + " " + std::string(reason)};
}

// What became of one piece of an input. Kept and cleared between pieces: it allocates once.
struct Translation {
  static constexpr std::size_t kReasonsKept = 10;

  std::string otlp;                  // one TracesData
  std::uint64_t spans = 0;           // in it
  std::uint64_t too_old = 0;         // left out by a time window
  std::uint64_t skipped = 0;         // left out because they, or all around them, can't be read
  std::vector<std::string> reasons;  // of the first of those
  std::string error;                 // the piece itself can't be read (on)

  void clear() {
    otlp.clear();
    spans = too_old = skipped = 0;
    reasons.clear();
    error.clear();
  }
  void skip(std::string reason) {
    ++skipped;
    if (reasons.size() < kReasonsKept) reasons.push_back(std::move(reason));
  }
  [[nodiscard]] OtlpPiece piece() const noexcept { return {otlp, spans}; }
};

}  // namespace readers
}  // namespace nanospan::tools

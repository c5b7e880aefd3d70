// What the single-stepped writer does, act by act, and what a reader must then find.
//
// Both sides make the same script; the writer performs it, the checker keeps a model of what each
// act leaves behind. Texts and values are computed from the span's number and the act's own.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nanospan/span_batch.h"

namespace nanospan::test {

enum class Verb : std::uint8_t {
  kStart,          // a scoped span
  kStartDetached,  // `value`: its parent, or -1
  kEnd,            // of the innermost scope, or of a detached span
  kEndEarly,       // end() of a scoped span with open ones inside it
  kNumber,         // an int64 under a Key: the span's number
  kReal,
  kFlag,
  kLiteral,
  kText,   // `value` letters under a key given as text
  kAgain,  // an int64 under a key that is given again and again
  kEvent,
  kEventWith,  // an attribute
  kLink,
  kStatus,
  kRename,
  kPrepareRing,  // of 4 times the size, which the writer takes at its next wrap
};

struct Act {
  Verb verb;
  int span;
  int value = 0;
};

inline constexpr std::size_t kSpansMax = 512, kActsMax = 4096;
inline constexpr std::uint32_t kAttributesMax = 24;     // of a span: as many as fit in place
inline constexpr std::uint64_t kRingBytes = 16u << 10;  // of the first ring
inline constexpr std::uint64_t kRingGrowth = 4;

// One lap of the larger ring as well: many more spans.
[[nodiscard]] std::vector<Act> make_script(bool laps_larger_ring);

// The page that the writer keeps: acts begun, acts returned, and what start returned.
struct Progress {
  std::atomic<std::uint32_t> begun, returned;
  struct Ids {
    std::atomic<std::uint64_t> trace_high, trace_low, span;
  } ids[kSpansMax];
  // Of the lane's position and its rings after each act.
  std::atomic<std::uint64_t> position[kActsMax + 1];
  std::atomic<std::uint64_t> ring_first[8];
  std::atomic<std::uint64_t> ring_count[kActsMax + 1];
  char region_path[256];
};

// A span as the script has made it so far.
struct SpanModel {
  bool is_open = false, is_finished = false;
  int parent = -1;  // number
  std::string name;
  StatusCode status = StatusCode::kUnset;
  std::string status_text;
  std::map<std::string, std::string> attributes;
  std::vector<std::string> events, links;

  [[nodiscard]] std::string text() const;
};

// All spans after so many acts.
class ScriptModel {
 public:
  void apply(const Act& act);
  [[nodiscard]] const SpanModel& span(int number) const {
    return spans_[static_cast<std::size_t>(number)];
  }
  [[nodiscard]] int span_count() const { return static_cast<int>(spans_.size()); }

 private:
  std::vector<SpanModel> spans_;
  std::vector<int> stack_;  // scopes
};

// The same words for what was read: all but ids, times and whether it is open.
[[nodiscard]] std::string text_of(const SpanView& span);

[[nodiscard]] std::string letters(int span, int count);
inline constexpr const char* kStatusText = "did not work";
inline constexpr std::uint64_t kLinkTrace = 0x11, kLinkSpan = 0x22;

}  // namespace nanospan::test

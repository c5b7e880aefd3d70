// Cause: where the slow requests take longer than the fast ones, in one sentence.
//
// Sections that are one thing to a person are taken together: what a span does itself, a call's
// way there and back, an attempt and its backoff. The one that grows most from the fast to the slow
// requests is the cause; its share is of the difference between their mean durations.
// A gap that grows on the request's side alone is called a queue, as nothing is slow on the way
// back; one that grows on the way back too (by a third of the other side, at least), the network.
// A network that is slow in one direction can't be told from a queue, and the sentence says so.
// Clocks that are apart by the same all the time don't matter: it is growth that counts. Clocks
// that moved would move time from one side to the other, never to the sum.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/profile.h"

namespace nanospan::tools::analysis {

enum class CauseKind : std::uint8_t {
  kNone,     // the slow ones are hardly slower
  kOwn,      // a span itself: computing, a lock, a sleep; no span below it tells which
  kCall,     // a call of which the other side records nothing: a database, an unknown service
  kQueue,    // between a client's start and its server's
  kNetwork,  // between them, and on the way back
  kRetry,    // attempts that failed, and the time between attempts
  kWaiting,  // for children that run beside the path
};
[[nodiscard]] std::string_view cause_name(CauseKind kind);
// What the spans can't tell from it, itself included.
[[nodiscard]] std::vector<CauseKind> could_be(CauseKind kind);

struct Cause {
  // Slow requests that take less than this longer than the fast are not told apart.
  static constexpr double kSlowerMin = 0.05;

  CauseKind kind = CauseKind::kNone;
  SpanName span;                            // of a gap: the server's
  SpanName client;                          // of a gap
  SectionKind section = SectionKind::kOwn;  // that grows most of those taken together
  bool is_one_host = false;                 // of a gap: client and server share a clock
  Means time;
  double share = 0;  // of the difference; above 1 where other sections shrink
  std::string sentence;
};

[[nodiscard]] Cause find_cause(const Profile& profile);

}  // namespace nanospan::tools::analysis

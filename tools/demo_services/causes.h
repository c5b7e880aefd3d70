// Causes: why some requests of the demonstration are slow, one at a time, and what the analysis
// should say of each.
//
// What a cause changes stands in one place of the service that it is in; the traffic and all else
// are the same whichever is chosen.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace demo {

enum class Cause : std::uint8_t { kLock, kQuery, kRetry, kQueue, kNetwork };

struct CauseFacts {
  Cause cause;
  std::string_view name;  // of --cause
  std::string_view injected;
  // `cause` of nanospan analyze --json.
  std::string_view kind, service, span;
};
[[nodiscard]] const CauseFacts& facts_of(Cause cause);
[[nodiscard]] std::optional<Cause> cause_of(std::string_view name);

// How much longer a request takes that meets the cause: far more than what a busy machine adds.
inline constexpr std::chrono::milliseconds kTail{400};

}  // namespace demo

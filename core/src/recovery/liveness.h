// Who has a region: its owner, nobody, or somebody who recovers it.
//
// Only open-file-description locks say it: they go with the process and with nothing else. An owner
// locks the whole file, who recovers it only the first byte, so that the two are told apart.
// Probing needs no more than the right to read. Threads: any.
// Source: Linux fcntl(2) "Open file description locks".
#pragma once

#include <cstdint>
#include <string>

namespace nanospan::recovery {

enum class Liveness : std::uint8_t { kGone, kAlive, kBeingRecovered };

[[nodiscard]] Liveness liveness_of(int fd) noexcept;
// kGone: also of what can't be opened.
[[nodiscard]] Liveness liveness_of(const std::string& path) noexcept;
// The lock of who recovers. False: its owner lives, or another recovers it.
[[nodiscard]] bool lock_for_recovery(int fd) noexcept;

}  // namespace nanospan::recovery

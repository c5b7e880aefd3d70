// TraceState: the vendors' list that travels with a trace ("rojo=00f067aa,congo=t61rcWkgMzE").
//
// Immutable: every change gives a new one, and no input can make an invalid one.
// Threads: values. Memory: one string, the header's own text.
// Source: W3C Trace Context level 2 section 3.3; OpenTelemetry trace/api.md "TraceState".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "nanospan/detail/compiler.h"

namespace nanospan {

class TraceState {
 public:
  static constexpr std::size_t kMembersMax = 32;
  static constexpr std::size_t kHeaderBytesMax = 512;
  static constexpr std::size_t kKeyBytesMax = 256;
  static constexpr std::size_t kValueBytesMax = 256;

  TraceState() noexcept = default;

  // From a header; several headers are joined with ',' first. One invalid member, or more than
  // kMembersMax, and the whole of it is discarded: the result is empty. Of members with the same
  // key the first is kept. Above kHeaderBytesMax whole members go: those of more than 128 bytes
  // first, then the others, from the right.
  [[nodiscard]] NANOSPAN_EXPORT static TraceState parse(std::string_view untrusted_header);

  // Key: a-z or 0-9, then up to 255 of these and '_' '-' '*' '/' '@'.
  [[nodiscard]] NANOSPAN_EXPORT static bool is_valid_key(std::string_view key) noexcept;
  // Value: 1..256 printable ASCII characters without ',' and '=', the last of them no space.
  [[nodiscard]] NANOSPAN_EXPORT static bool is_valid_value(std::string_view value) noexcept;

  [[nodiscard]] NANOSPAN_EXPORT std::optional<std::string_view> get(
      std::string_view key) const noexcept;
  // With the member at the front, as the most recent one. An invalid key or value changes nothing.
  // The same limits as in parse(); the 33rd member drops the last.
  [[nodiscard]] NANOSPAN_EXPORT TraceState set(std::string_view key, std::string_view value) const;
  [[nodiscard]] NANOSPAN_EXPORT TraceState erase(std::string_view key) const;

  [[nodiscard]] bool empty() const noexcept { return header_.empty(); }
  // As it goes into a carrier: no blanks around members, no empty members, at most 512 bytes.
  [[nodiscard]] const std::string& header() const noexcept { return header_; }

  friend bool operator==(const TraceState&, const TraceState&) noexcept = default;

 private:
  explicit TraceState(std::string header) noexcept : header_(std::move(header)) {}

  std::string header_;
};

}  // namespace nanospan

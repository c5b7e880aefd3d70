// Propagation: a context into the headers of a request, and out of them again.
//
//   nanospan::inject(nanospan::current_context(), request.headers);
//   nanospan::ContextScope scope(nanospan::extract(request.headers));
//
// A carrier is a map of text (std::map, std::unordered_multimap, …) or any type with
// `set(key, value)` and `get(key)`. Keys are written in lower case; a carrier of HTTP headers
// should compare its keys ignoring case, and its `get` should join repeated headers with ','.
// Threads: functions of their arguments alone. Errors: what is not valid counts as absent.
// Source: W3C Trace Context level 2 section 3; OpenTelemetry context/api-propagators.md.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "nanospan/context.h"
#include "nanospan/detail/compiler.h"
#include "nanospan/span_context.h"

namespace nanospan {

inline constexpr std::string_view kTraceparentKey = "traceparent";
inline constexpr std::string_view kTracestateKey = "tracestate";

// "00-<trace id>-<span id>-<flags>", not terminated by NUL.
struct TraceparentText {
  static constexpr std::size_t kBytes = 55;
  char text[kBytes];

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, kBytes}; }
};

// Of a valid context; of another it makes text that every reader refuses. Flags that the
// specification does not define are written as zero. No allocation.
[[nodiscard]] NANOSPAN_EXPORT TraceparentText
format_traceparent(const SpanContext& context) noexcept;

// Remote, with the known flags alone. Nothing, unless it is valid: lower-case digits, ids not zero,
// version 00 of exactly 55 bytes, or a later one (never ff) that begins alike and goes on with '-'.
// Blanks around it are ignored. No allocation.
[[nodiscard]] NANOSPAN_EXPORT std::optional<SpanContext> parse_traceparent(
    std::string_view untrusted_text) noexcept;

template <typename C>
concept TextMapCarrier = requires(C& carrier, const std::string& key) {
  typename C::mapped_type;
  carrier.equal_range(key);
  carrier.erase(key);
  carrier.emplace(key, key);
};
template <typename C>
concept SettableCarrier = requires(C& carrier, std::string_view text) {
  carrier.set(text, text);
};
template <typename C>
concept GettableCarrier = requires(const C& carrier, std::string_view key) {
  carrier.get(key);
};

namespace detail {

// The tracestate as it may leave the process: what a user put into a context is checked here.
NANOSPAN_EXPORT std::string outgoing_tracestate(std::string_view tracestate);
NANOSPAN_EXPORT Context make_remote_context(std::string_view untrusted_traceparent,
                                            std::string_view untrusted_tracestate,
                                            const Context& otherwise);

// All values of a key, joined with ',': two traceparents are thereby no valid one.
template <typename Map>
std::string joined_values(const Map& carrier, std::string_view key) {
  std::string joined;
  const auto [first, last] = carrier.equal_range(std::string(key));
  for (auto at = first; at != last; ++at) {
    if (at != first) joined += ',';
    joined += std::string_view(at->second);
  }
  return joined;
}

// What a carrier's get() may return: text, a pointer to it or nullptr, or an optional of text.
template <typename Found>
std::string found_text(const Found& found) {
  if constexpr (std::is_pointer_v<Found>) {
    return found == nullptr ? std::string() : std::string(found);
  } else if constexpr (std::convertible_to<const Found&, std::string_view>) {
    return std::string(std::string_view(found));
  } else {
    return found ? std::string(std::string_view(*found)) : std::string();
  }
}

}  // namespace detail

// Writes traceparent, and tracestate where there is one. Without a span: writes nothing.
template <TextMapCarrier Map>
void inject(const Context& context, Map& carrier) {
  if (!context.has_span()) return;
  const std::string traceparent_key(kTraceparentKey);
  const std::string tracestate_key(kTracestateKey);
  // Erased first: a carrier used twice must not keep what belonged to another trace.
  carrier.erase(traceparent_key);
  carrier.erase(tracestate_key);
  carrier.emplace(traceparent_key, std::string(format_traceparent(context.span_context()).view()));
  std::string tracestate = detail::outgoing_tracestate(context.tracestate());
  if (!tracestate.empty()) carrier.emplace(tracestate_key, std::move(tracestate));
}

template <SettableCarrier Carrier>
requires(!TextMapCarrier<Carrier>) void inject(const Context& context, Carrier& carrier) {
  if (!context.has_span()) return;
  carrier.set(kTraceparentKey, format_traceparent(context.span_context()).view());
  const std::string tracestate = detail::outgoing_tracestate(context.tracestate());
  if (!tracestate.empty()) carrier.set(kTracestateKey, std::string_view(tracestate));
}

// The remote context that the carrier holds, or `otherwise` if it holds no valid traceparent. An
// invalid tracestate is discarded and leaves the traceparent as it is.
template <TextMapCarrier Map>
[[nodiscard]] Context extract(const Map& carrier, const Context& otherwise = {}) {
  return detail::make_remote_context(detail::joined_values(carrier, kTraceparentKey),
                                     detail::joined_values(carrier, kTracestateKey), otherwise);
}

template <GettableCarrier Carrier>
requires(!TextMapCarrier<Carrier>) [[nodiscard]] Context
    extract(const Carrier& carrier, const Context& otherwise = {}) {
  return detail::make_remote_context(detail::found_text(carrier.get(kTraceparentKey)),
                                     detail::found_text(carrier.get(kTracestateKey)), otherwise);
}

}  // namespace nanospan

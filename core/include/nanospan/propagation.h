// Propagation: a context into the headers of a request, and out of them again.
//
//   nanospan::inject(nanospan::current_context(), request.headers);
//   nanospan::ContextScope scope(nanospan::extract(request.headers));
//
// That is W3C Trace Context, written out where it is called, into any carrier (carrier.h). Other
// formats, and those that OTEL_PROPAGATORS names, are Propagators (propagator.h).
// Threads: functions of their arguments alone. Errors: what is not valid counts as absent.
// Memory: none is allocated for a traceparent, but by a map that stores a new one.
// Source: W3C Trace Context level 2 section 3; OpenTelemetry context/api-propagators.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "nanospan/carrier.h"
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

namespace detail {

// The tracestate as it may leave the process: what a user put into a context is checked here.
NANOSPAN_EXPORT std::string outgoing_tracestate(std::string_view tracestate);
// What may come in: the members, or nothing where one is invalid.
NANOSPAN_EXPORT std::string incoming_tracestate(std::string_view untrusted_tracestate);

// Several headers are one list in several parts; a single one is read where it stands.
template <ReadableCarrier Carrier>
std::string read_tracestate(const Carrier& carrier) {
  std::size_t count = 0;
  std::string tracestate;
  for_each_value(carrier, kTracestateKey, [&](std::string_view untrusted) {
    if (count++ == 0) tracestate = incoming_tracestate(untrusted);
  });
  if (count < 2) return tracestate;
  std::string joined;
  for_each_value(carrier, kTracestateKey,
                 [&](std::string_view untrusted) { joined.append(untrusted).append(1, ','); });
  return incoming_tracestate(joined);
}

}  // namespace detail

// Writes traceparent, and tracestate where there is one, instead of those that the carrier has of
// another trace. Without a span: writes nothing.
template <WritableCarrier Carrier>
void inject(const Context& context, Carrier& carrier) {
  if (!context.has_span()) return;
  set_value(carrier, kTraceparentKey, format_traceparent(context.span_context()).view());
  if (!context.tracestate().empty()) {
    const std::string tracestate = detail::outgoing_tracestate(context.tracestate());
    if (!tracestate.empty())
      return set_value(carrier, kTracestateKey, std::string_view(tracestate));
  }
  erase_value(carrier, kTracestateKey);
}

// The remote context that the carrier holds, with the values of `otherwise`; or `otherwise` itself
// if there is no valid traceparent, or more than one. An invalid tracestate is discarded and leaves
// the traceparent as it is.
template <ReadableCarrier Carrier>
[[nodiscard]] Context extract(const Carrier& carrier, const Context& otherwise = {}) {
  std::optional<SpanContext> span;
  std::size_t count = 0;
  for_each_value(carrier, kTraceparentKey, [&](std::string_view untrusted) {
    if (count++ == 0) span = parse_traceparent(untrusted);
  });
  if (count != 1 || !span) return otherwise;
  const std::string tracestate = detail::read_tracestate(carrier);
  return otherwise.with_span(*span, tracestate);
}

}  // namespace nanospan

#include "nanospan/propagation.h"

#include "base/hex.h"
#include "base/parse.h"
#include "nanospan/tracestate.h"

namespace nanospan {
namespace {

// version '-' trace id '-' span id '-' flags
constexpr std::size_t kTraceIdAt = 3;
constexpr std::size_t kSpanIdAt = 36;
constexpr std::size_t kFlagsAt = 53;
constexpr std::uint8_t kKnownFlags = TraceFlags::kSampled | TraceFlags::kRandom;
constexpr std::uint64_t kForbiddenVersion = 0xff;

// Lower-case digits of one field of an untrusted header.
std::optional<std::uint64_t> field(std::string_view text, std::size_t at, std::size_t digits) {
  return base::decode_hex(text.substr(at, digits), base::HexCase::kLower);
}

bool has_traceparent_shape(std::string_view text) noexcept {
  if (text.size() < TraceparentText::kBytes) return false;
  // Several headers joined to one: which of them is meant can't be known.
  if (text.find(',') != std::string_view::npos) return false;
  if (text[kTraceIdAt - 1] != '-' || text[kSpanIdAt - 1] != '-' || text[kFlagsAt - 1] != '-') {
    return false;
  }
  const auto version = field(text, 0, 2);
  if (!version || *version == kForbiddenVersion) return false;
  if (text.size() == TraceparentText::kBytes) return true;
  return *version != 0 && text[TraceparentText::kBytes] == '-';
}

}  // namespace

TraceparentText format_traceparent(const SpanContext& context) noexcept {
  TraceparentText out;
  out.text[0] = out.text[1] = '0';
  out.text[kTraceIdAt - 1] = out.text[kSpanIdAt - 1] = out.text[kFlagsAt - 1] = '-';
  base::encode_hex(context.trace_id.high, out.text + kTraceIdAt);
  base::encode_hex(context.trace_id.low, out.text + kTraceIdAt + 16);
  base::encode_hex(context.span_id.value, out.text + kSpanIdAt);
  base::encode_hex_byte(context.flags.bits & kKnownFlags, out.text + kFlagsAt);
  return out;
}

std::optional<SpanContext> parse_traceparent(std::string_view untrusted_text) noexcept {
  const std::string_view text = base::trim(untrusted_text);
  if (!has_traceparent_shape(text)) return std::nullopt;
  const auto trace_high = field(text, kTraceIdAt, 16);
  const auto trace_low = field(text, kTraceIdAt + 16, 16);
  const auto span_id = field(text, kSpanIdAt, 16);
  const auto flags = field(text, kFlagsAt, 2);
  if (!trace_high || !trace_low || !span_id || !flags) return std::nullopt;
  SpanContext context;
  context.trace_id = {*trace_high, *trace_low};
  context.span_id = {*span_id};
  context.flags.bits = static_cast<std::uint8_t>(*flags & kKnownFlags);
  context.is_remote = true;
  return context.is_valid() ? std::optional(context) : std::nullopt;
}

namespace detail {

std::string outgoing_tracestate(std::string_view tracestate) {
  if (tracestate.empty()) return {};
  return TraceState::parse(tracestate).header();
}

Context make_remote_context(std::string_view untrusted_traceparent,
                            std::string_view untrusted_tracestate, const Context& otherwise) {
  const auto span = parse_traceparent(untrusted_traceparent);
  if (!span) return otherwise;
  return Context(*span, TraceState::parse(untrusted_tracestate).header());
}

}  // namespace detail
}  // namespace nanospan

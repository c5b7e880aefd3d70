#include "nanospan/propagation.h"

#include "base/hex.h"
#include "base/hex_words.h"
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

// Of a text of at least TraceparentText::kBytes.
bool has_traceparent_shape(std::string_view text) noexcept {
  if (text[kTraceIdAt - 1] != '-' || text[kSpanIdAt - 1] != '-' || text[kFlagsAt - 1] != '-') {
    return false;
  }
  if (text.size() == TraceparentText::kBytes && text.starts_with("00")) return true;
  const auto version = field(text, 0, 2);
  if (!version || *version == kForbiddenVersion) return false;
  // Several headers joined to one: which of them is meant can't be known.
  if (text.find(',') != std::string_view::npos) return false;
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
  std::string_view text = untrusted_text;
  // No other byte that can be first or last is as small as a blank.
  if (text.size() > TraceparentText::kBytes && (text.front() <= ' ' || text.back() <= ' '))
    text = base::trim(text);
  if (text.size() < TraceparentText::kBytes || !has_traceparent_shape(text)) return std::nullopt;
  base::HexReader hex(text.data());
  SpanContext context;
  context.trace_id.high = hex.take16(kTraceIdAt);
  context.trace_id.low = hex.take16(kTraceIdAt + 16);
  context.span_id.value = hex.take16(kSpanIdAt);
  const auto flags = field(text, kFlagsAt, 2);
  if (!flags || !hex.all_were_digits() || !context.is_valid()) return std::nullopt;
  context.flags.bits = static_cast<std::uint8_t>(*flags & kKnownFlags);
  context.is_remote = true;
  return context;
}

namespace detail {

std::string outgoing_tracestate(std::string_view tracestate) {
  if (tracestate.empty()) return {};
  return TraceState::parse(tracestate).header();
}

std::string incoming_tracestate(std::string_view untrusted_tracestate) {
  return TraceState::parse(untrusted_tracestate).header();
}

}  // namespace detail
}  // namespace nanospan

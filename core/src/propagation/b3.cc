// Zipkin's B3: one header, or several.
//
//   b3: <trace id>-<span id>[-<0|1|d>[-<parent's id>]]
#include <array>

#include "base/parse.h"
#include "nanospan/propagator.h"
#include "propagation/id_text.h"

namespace nanospan {
namespace {

using base::HexCase;
using propagation::parse_span_id;
using propagation::parse_trace_id;
using propagation::write_digits;

constexpr std::string_view kSingle = "b3";
constexpr std::string_view kTraceId = "x-b3-traceid";
constexpr std::string_view kSpanId = "x-b3-spanid";
constexpr std::string_view kSampled = "x-b3-sampled";
constexpr std::string_view kFlags = "x-b3-flags";

// Set where a debug flag came in. Source: OpenTelemetry context/api-propagators.md "B3 Extract".
constexpr ContextKey<bool> kDebug("b3-debug");

struct Parsed {
  SpanContext span;
  bool is_debug = false;
};

// Digits of the length that the format has.
std::optional<SpanContext> parse_ids(std::string_view untrusted_trace_id,
                                     std::string_view untrusted_span_id) noexcept {
  if (untrusted_trace_id.size() != 32 && untrusted_trace_id.size() != 16) return std::nullopt;
  if (untrusted_span_id.size() != 16) return std::nullopt;
  const auto trace_id = parse_trace_id(untrusted_trace_id, HexCase::kLower);
  const auto span_id = parse_span_id(untrusted_span_id, HexCase::kLower);
  if (!trace_id || !span_id) return std::nullopt;
  return SpanContext{*trace_id, *span_id, {}, true};
}

void sample(Parsed& parsed) noexcept {
  parsed.span.flags.bits = TraceFlags::kSampled;
}

// False: it is none of those that there are.
bool take_state(std::string_view untrusted, Parsed& parsed) noexcept {
  parsed.is_debug = untrusted == "d";
  if (untrusted == "1" || parsed.is_debug) sample(parsed);
  return untrusted == "0" || untrusted == "1" || parsed.is_debug;
}

std::optional<Parsed> parse_single(std::string_view untrusted) {
  std::array<std::string_view, 4> parts;
  std::size_t count = 0;
  bool too_many = false;
  base::split(base::trim(untrusted), '-', [&](std::string_view part) {
    if (count == parts.size())
      too_many = true;
    else
      parts[count++] = part;
  });
  if (too_many || count < 2) return std::nullopt;
  const auto ids = parse_ids(parts[0], parts[1]);
  if (!ids) return std::nullopt;
  Parsed parsed{*ids};
  if (count > 2 && !take_state(parts[2], parsed)) return std::nullopt;
  if (count > 3 && (parts[3].size() != 16 || !base::decode_hex(parts[3], HexCase::kLower)))
    return std::nullopt;
  return parsed;
}

std::optional<Parsed> read_single(const CarrierReader& carrier) {
  std::optional<Parsed> parsed;
  carrier.with_first_value(kSingle,
                           [&](std::string_view untrusted) { parsed = parse_single(untrusted); });
  return parsed;
}

std::optional<Parsed> read_multi(const CarrierReader& carrier) {
  std::optional<SpanContext> ids;
  carrier.with_first_value(kTraceId, [&](std::string_view untrusted_trace_id) {
    carrier.with_first_value(kSpanId, [&](std::string_view untrusted_span_id) {
      ids = parse_ids(base::trim(untrusted_trace_id), base::trim(untrusted_span_id));
    });
  });
  if (!ids) return std::nullopt;
  Parsed parsed{*ids};
  carrier.with_first_value(kSampled, [&](std::string_view untrusted) {
    const std::string_view word = base::trim(untrusted);
    // "true" is what senders wrote before the format was written down.
    if (word == "1" || base::equal_ignoring_case(word, "true")) sample(parsed);
  });
  carrier.with_first_value(kFlags, [&](std::string_view untrusted) {
    parsed.is_debug = base::trim(untrusted) == "1";
    if (parsed.is_debug) sample(parsed);
  });
  return parsed;
}

class B3Propagator final : public Propagator {
 public:
  explicit B3Propagator(B3Format injected) : is_single_(injected == B3Format::kSingle) {}

  [[nodiscard]] std::span<const std::string_view> fields() const noexcept override {
    static constexpr std::array kFields = {kSingle, kTraceId, kSpanId, kSampled, kFlags};
    return is_single_ ? std::span(kFields).first(1) : std::span(kFields).subspan(1);
  }
  void inject(const Context& context, CarrierWriter carrier) const override {
    if (!context.has_span()) return;
    const bool* const debug = context.get(kDebug);
    const bool is_debug = debug != nullptr && *debug;
    if (is_single_)
      inject_single(context.span_context(), is_debug, carrier);
    else
      inject_multi(context.span_context(), is_debug, carrier);
  }
  [[nodiscard]] Context extract(CarrierReader carrier, const Context& context) const override {
    std::optional<Parsed> parsed = read_single(carrier);
    if (!parsed) parsed = read_multi(carrier);
    if (!parsed) return context;
    Context extracted = context.with_span(parsed->span);
    if (parsed->is_debug) return extracted.with(kDebug, true);
    return extracted.get(kDebug) == nullptr ? extracted : extracted.without(kDebug);
  }

 private:
  static void inject_single(const SpanContext& span, bool is_debug, CarrierWriter carrier) {
    char text[32 + 1 + 16 + 1 + 1];
    char* end = write_digits(span.trace_id, text);
    *end++ = '-';
    end = write_digits(span.span_id, end);
    *end++ = '-';
    *end = is_debug ? 'd' : span.flags.sampled() ? '1' : '0';
    carrier.set(kSingle, {text, sizeof(text)});
  }
  static void inject_multi(const SpanContext& span, bool is_debug, CarrierWriter carrier) {
    char text[32];
    write_digits(span.trace_id, text);
    carrier.set(kTraceId, {text, 32});
    write_digits(span.span_id, text);
    carrier.set(kSpanId, {text, 16});
    carrier.erase(is_debug ? kSampled : kFlags);
    if (is_debug)
      carrier.set(kFlags, "1");
    else
      carrier.set(kSampled, span.flags.sampled() ? "1" : "0");
  }

  const bool is_single_;
};

}  // namespace

PropagatorPtr b3_propagator(B3Format injected) {
  return std::make_shared<B3Propagator>(injected);
}

}  // namespace nanospan

// Jaeger's own header, out of the days before W3C Trace Context: read, never written.
//
//   uber-trace-id: <trace id>:<span id>:<parent's id>:<flags>
#include <array>

#include "base/parse.h"
#include "nanospan/propagator.h"
#include "propagation/id_text.h"

namespace nanospan {
namespace {

using base::HexCase;

constexpr std::string_view kKey = "uber-trace-id";
// Bits of its flags; debug goes with sampled.
constexpr std::uint64_t kSampledOrDebug = 1 | 2;

// Leading zeros of ids may be missing; the parent's id is deprecated and says nothing.
std::optional<SpanContext> parse(std::string_view untrusted) {
  std::array<std::string_view, 4> parts;
  std::size_t count = 0;
  base::split(base::trim(untrusted), ':', [&](std::string_view part) {
    if (count < parts.size()) parts[count] = part;
    ++count;
  });
  if (count != parts.size() || parts[3].size() > 2) return std::nullopt;
  const auto trace_id = propagation::parse_trace_id(parts[0], HexCase::kEither);
  const auto span_id = propagation::parse_span_id(parts[1], HexCase::kEither);
  const auto flags = base::decode_hex(parts[3], HexCase::kEither);
  if (!trace_id || !span_id || !flags) return std::nullopt;
  const std::uint8_t sampled = (*flags & kSampledOrDebug) != 0 ? TraceFlags::kSampled : 0;
  return SpanContext{*trace_id, *span_id, {sampled}, true};
}

class JaegerPropagator final : public Propagator {
 public:
  [[nodiscard]] std::span<const std::string_view> fields() const noexcept override { return {}; }
  void inject(const Context& /*context*/, CarrierWriter /*carrier*/) const override {}
  [[nodiscard]] Context extract(CarrierReader carrier, const Context& context) const override {
    std::optional<SpanContext> span;
    carrier.with_first_value(kKey, [&](std::string_view untrusted) {
      // Some clients write "%3A" for ':'.
      if (untrusted.find('%') == std::string_view::npos) {
        span = parse(untrusted);
      } else if (const auto decoded = base::percent_decode(untrusted)) {
        span = parse(*decoded);
      }
    });
    return span ? context.with_span(*span) : context;
  }
};

}  // namespace

PropagatorPtr jaeger_propagator() {
  return std::make_shared<JaegerPropagator>();
}

}  // namespace nanospan

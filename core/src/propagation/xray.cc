// AWS X-Ray: the header, and ids that its service takes.
//
//   X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1
#include <array>
#include <ctime>

#include "base/parse.h"
#include "nanospan/propagator.h"
#include "propagation/id_text.h"

namespace nanospan {
namespace {

using base::HexCase;

constexpr std::array<std::string_view, 1> kFields = {"x-amzn-trace-id"};
// "1-" seconds '-' 96 bits
constexpr std::size_t kRootBytes = 2 + 8 + 1 + 24;

std::optional<TraceId> parse_root(std::string_view untrusted) noexcept {
  if (untrusted.size() != kRootBytes || !untrusted.starts_with("1-") || untrusted[10] != '-')
    return std::nullopt;
  char digits[32];
  untrusted.copy(digits, 8, 2);
  untrusted.copy(digits + 8, 24, 11);
  return propagation::parse_trace_id({digits, sizeof(digits)}, HexCase::kLower);
}

// Root and Parent in any order, each once; what else a balancer adds is none of ours.
class Header {
 public:
  void take(std::string_view untrusted_pair) noexcept {
    const std::size_t equals = untrusted_pair.find('=');
    if (equals == std::string_view::npos) return;
    const std::string_view key = base::trim(untrusted_pair.substr(0, equals));
    const std::string_view value = base::trim(untrusted_pair.substr(equals + 1));
    if (key == "Root") {
      is_wrong_ |= trace_id_.has_value();
      trace_id_ = parse_root(value);
      is_wrong_ |= !trace_id_;
    } else if (key == "Parent") {
      is_wrong_ |= span_id_.has_value();
      if (value.size() == 16) span_id_ = propagation::parse_span_id(value, HexCase::kLower);
      is_wrong_ |= !span_id_;
    } else if (key == "Sampled") {
      is_sampled_ = value == "1";  // "?" leaves it to the receiver
    }
  }
  [[nodiscard]] std::optional<SpanContext> span() const noexcept {
    if (is_wrong_ || !trace_id_ || !span_id_) return std::nullopt;
    const std::uint8_t flags = is_sampled_ ? TraceFlags::kSampled : 0;
    return SpanContext{*trace_id_, *span_id_, {flags}, true};
  }

 private:
  std::optional<TraceId> trace_id_;
  std::optional<SpanId> span_id_;
  bool is_sampled_ = false;
  bool is_wrong_ = false;
};

class XrayPropagator final : public Propagator {
 public:
  [[nodiscard]] std::span<const std::string_view> fields() const noexcept override {
    return kFields;
  }
  void inject(const Context& context, CarrierWriter carrier) const override {
    if (!context.has_span()) return;
    const SpanContext& span = context.span_context();
    char digits[32];
    propagation::write_digits(span.trace_id, digits);
    char text[] = "Root=1-ssssssss-rrrrrrrrrrrrrrrrrrrrrrrr;Parent=pppppppppppppppp;Sampled=0";
    std::string_view(digits, 8).copy(text + 7, 8);
    std::string_view(digits + 8, 24).copy(text + 16, 24);
    propagation::write_digits(span.span_id, text + 48);
    if (span.flags.sampled()) text[sizeof(text) - 2] = '1';
    carrier.set(kFields[0], {text, sizeof(text) - 1});
  }
  [[nodiscard]] Context extract(CarrierReader carrier, const Context& context) const override {
    std::optional<SpanContext> span;
    carrier.with_first_value(kFields[0], [&](std::string_view untrusted) {
      Header header;
      base::split(untrusted, ';', [&](std::string_view pair) { header.take(pair); });
      span = header.span();
    });
    return span ? context.with_span(*span) : context;
  }
};

}  // namespace

PropagatorPtr xray_propagator() {
  return std::make_shared<XrayPropagator>();
}

TraceId xray_trace_id(TraceId random) noexcept {
  const auto seconds = static_cast<std::uint32_t>(std::time(nullptr));
  return {std::uint64_t{seconds} << 32 | (random.high & 0xffffffffu), random.low};
}

}  // namespace nanospan

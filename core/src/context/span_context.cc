#include "nanospan/span_context.h"

#include "base/hex.h"

namespace nanospan {

std::string TraceId::to_hex() const {
  std::string hex(32, '\0');
  base::encode_hex(high, hex.data());
  base::encode_hex(low, hex.data() + 16);
  return hex;
}

std::optional<TraceId> TraceId::from_hex(std::string_view hex) noexcept {
  if (hex.size() != 32) return std::nullopt;
  const auto upper_half = base::decode_hex(hex.substr(0, 16), base::HexCase::kEither);
  const auto lower_half = base::decode_hex(hex.substr(16), base::HexCase::kEither);
  if (!upper_half || !lower_half) return std::nullopt;
  const TraceId id{*upper_half, *lower_half};
  return id.is_valid() ? std::optional(id) : std::nullopt;
}

std::string SpanId::to_hex() const {
  std::string hex(16, '\0');
  base::encode_hex(value, hex.data());
  return hex;
}

std::optional<SpanId> SpanId::from_hex(std::string_view hex) noexcept {
  if (hex.size() != 16) return std::nullopt;
  const auto number = base::decode_hex(hex, base::HexCase::kEither);
  if (!number || *number == 0) return std::nullopt;
  return SpanId{*number};
}

}  // namespace nanospan

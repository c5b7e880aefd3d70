#include "wire/json_format.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "nanospan/detail/compiler.h"
#include "nanospan/detail/text.h"

namespace nanospan::wire {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101u;
constexpr std::uint64_t kHighs = 0x8080808080808080u;

// Is there a byte in `word` that cannot stand in a JSON string as it is, or is not ASCII?
// The classic test for a zero byte, or one below a bound; it may err to the side of "yes".
constexpr bool has_special(std::uint64_t word) noexcept {
  const std::uint64_t control = word - 0x20 * kOnes;
  const std::uint64_t quote = (word ^ '"' * kOnes) - kOnes;
  const std::uint64_t backslash = (word ^ '\\' * kOnes) - kOnes;
  return ((control | quote | backslash | word) & kHighs) != 0;
}

constexpr bool is_escaped(unsigned char byte) noexcept {
  return byte < 0x20 || byte == '"' || byte == '\\';
}

constexpr bool is_special(unsigned char byte) noexcept {
  return is_escaped(byte) || byte >= 0x80;
}

// Bytes of the character at the start of `text`, 0: it is not UTF-8.
std::size_t character_bytes(std::string_view text) noexcept {
  std::size_t bytes = 1;
  while (bytes < text.size() && bytes < 4 &&
         (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) {
    ++bytes;
  }
  // A lead byte with too many continuation bytes behind it is valid up to what it asks for.
  return detail::valid_utf8_prefix(text.substr(0, bytes));
}

// Bytes at the start of `text` that can be copied as they are.
std::size_t plain_prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof(word));
    if (has_special(word)) break;
  }
  while (at < text.size() && !is_special(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

// At most 6 bytes.
char* put_escaped(char* at, unsigned char byte) noexcept {
  constexpr std::string_view kShort = "btn fr";  // of 8..13
  constexpr char kDigits[] = "0123456789abcdef";
  *at++ = '\\';
  if (byte == '"' || byte == '\\') {
    *at++ = static_cast<char>(byte);
  } else if (byte >= 8 && byte <= 13 && byte != 11) {
    *at++ = kShort[byte - 8u];
  } else {
    std::memcpy(at, "u00", 3);
    at[3] = kDigits[byte >> 4];
    at[4] = kDigits[byte & 15];
    at += 5;
  }
  return at;
}

template <std::size_t N>
NANOSPAN_INLINE char* put(char* at, const char (&text)[N]) noexcept {
  std::memcpy(at, text, N - 1);
  return at + N - 1;
}

NANOSPAN_INLINE char* put_hex(char* at, std::uint64_t value) noexcept {
  detail::encode_hex(value, at);
  return at + 16;
}

constexpr std::size_t kIdsBytes = 76;
char* put_ids(char* at, const TraceId& trace_id, const SpanId& span_id) noexcept {
  at = put(at, R"("traceId":")");
  at = put_hex(put_hex(at, trace_id.high), trace_id.low);
  at = put_hex(put(at, R"(","spanId":")"), span_id.value);
  return put(at, R"(",)");
}

// Digits of a number below 10^8 as bytes, the first lowest: halves, then pairs, then digits, each
// step a multiplication by a reciprocal that is exact over its range.
constexpr std::uint64_t eight_digits(std::uint32_t value) noexcept {
  std::uint64_t all = value / 10'000 | std::uint64_t{value % 10'000} << 32;
  const std::uint64_t hundreds = all * 5'243 >> 19 & 0x0000'007F'0000'007Fu;
  all = hundreds | (all - 100 * hundreds) << 16;
  const std::uint64_t tens = all * 103 >> 10 & 0x000F'000F'000F'000Fu;
  return (tens | (all - 10 * tens) << 8) + '0' * kOnes;
}

}  // namespace

// The seconds of a batch are nearly always those of the span before.
char* JsonFormat::put_time(char* at, std::uint64_t unix_ns) noexcept {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const std::uint64_t seconds = unix_ns / kSecond;
  // Of 10 digits from 2001 to 2286.
  const bool has_ten_digits = seconds >= kSecond && seconds / 10 < kSecond;
  if (!has_ten_digits || std::endian::native != std::endian::little)
    return std::to_chars(at, at + kNumberBytesMax, unix_ns).ptr;
  if (seconds != seconds_) {
    (void)std::to_chars(seconds_text_.data(), seconds_text_.data() + seconds_text_.size(), seconds);
    seconds_ = seconds;
  }
  std::memcpy(at, seconds_text_.data(), seconds_text_.size());
  const auto nanoseconds = static_cast<std::uint32_t>(unix_ns % kSecond);
  const std::uint64_t digits = eight_digits(nanoseconds / 10);
  std::memcpy(at + 10, &digits, sizeof(digits));
  at[18] = static_cast<char>('0' + nanoseconds % 10);
  return at + 19;
}

void JsonFormat::string(std::string_view untrusted_text) {
  char* at = out_->ensure(2 + 6 * untrusted_text.size());
  *at++ = '"';
  for (std::string_view left = untrusted_text; !left.empty();) {
    std::size_t take = plain_prefix(left);
    if (take == 0) take = character_bytes(left);
    if (take == 0) {
      std::memcpy(at, "\xEF\xBF\xBD", 3);
      at += 3;
      take = 1;
    } else if (is_escaped(static_cast<unsigned char>(left[0]))) {
      at = put_escaped(at, static_cast<unsigned char>(left[0]));
    } else {
      std::memcpy(at, left.data(), take);
      at += take;
    }
    left.remove_prefix(take);
  }
  *at++ = '"';
  out_->commit(at);
}

void JsonFormat::close(std::string_view text) {
  if (out_->size() != 0 && out_->data()[out_->size() - 1] == ',') {
    out_->truncate(out_->size() - 1);
  }
  out_->append(text);
}

template <typename Number>
void JsonFormat::number(Number value) {
  char* const at = out_->ensure(kNumberBytesMax);
  out_->commit(std::to_chars(at, at + kNumberBytesMax, value).ptr);
}

void JsonFormat::dropped(std::string_view name, std::uint32_t count) {
  if (count == 0) return;
  raw(name);
  number(count);
  out_->append(',');
}

void JsonFormat::member(std::string_view name, std::string_view untrusted_text) {
  if (untrusted_text.empty()) return;
  raw(name);
  string(untrusted_text);
  out_->append(',');
}

void JsonFormat::resource(std::string_view schema_url) {
  member(R"("schemaUrl":)", schema_url);
  raw(R"("scopeSpans":[)");
}

void JsonFormat::end_batch(Mark) {
  close("]}]}");
}

JsonFormat::Mark JsonFormat::begin_scope(std::string_view name, std::string_view version) {
  raw(R"({"scope":{)");
  member(R"("name":)", name);
  member(R"("version":)", version);
  close(R"(},"spans":[)");
  return {};
}

JsonFormat::Mark JsonFormat::begin_span(const SpanHead& head, std::size_t constant_bytes) {
  constexpr std::size_t kHeadBytesMax = 256;
  char* at = out_->ensure(kHeadBytesMax + constant_bytes);
  at = put_ids(put(at, "{"), head.trace_id, head.span_id);
  if (head.parent_span_id.is_valid()) {
    at = put_hex(put(at, R"("parentSpanId":")"), head.parent_span_id.value);
    at = put(at, R"(",)");
  }
  at = put(at, R"("flags":)");
  at = std::to_chars(at, at + kNumberBytesMax, head.flags).ptr;
  at = put_time(put(at, R"(,"startTimeUnixNano":")"), head.start_unix_ns);
  at = put_time(put(at, R"(","endTimeUnixNano":")"), head.end_unix_ns);
  out_->commit(put(at, R"(",)"));
  return {};
}

void JsonFormat::kind(SpanKind kind) {
  raw(R"("kind":)");
  number(static_cast<std::uint32_t>(kind));
  out_->append(',');
}

JsonFormat::Mark JsonFormat::begin_event(std::uint64_t time_unix_ns) {
  raw(R"({"timeUnixNano":")");
  out_->commit(put_time(out_->ensure(kNumberBytesMax), time_unix_ns));
  return raw(R"(",)");
}

JsonFormat::Mark JsonFormat::begin_link(const SpanContext& context, std::string_view tracestate) {
  char* const at = put(out_->ensure(1 + kIdsBytes), "{");
  out_->commit(put_ids(at, context.trace_id, context.span_id));
  raw(R"("flags":)");
  number(otlp_flags(context.flags, context.is_remote));
  out_->append(',');
  member(R"("traceState":)", tracestate);
  return {};
}

void JsonFormat::status(StatusCode code, std::string_view message) {
  if (code == StatusCode::kUnset) return;
  raw(R"("status":{)");
  member(R"("message":)", message);
  raw(R"("code":)");
  number(static_cast<std::uint32_t>(code));
  raw("},");
}

void JsonFormat::tracestate(std::string_view text) {
  member(R"("traceState":)", text);
}

void JsonFormat::integer(std::int64_t value) {
  raw(R"({"intValue":")");
  number(value);
  raw(R"("})");
}

void JsonFormat::real(double value) {
  raw(R"({"doubleValue":)");
  if (std::isfinite(value)) {
    number(value);
  } else {
    raw(std::isnan(value) ? R"("NaN")" : value > 0 ? R"("Infinity")" : R"("-Infinity")");
  }
  raw("}");
}

void JsonFormat::bytes(std::span<const std::byte> value) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  raw(R"({"bytesValue":")");
  char* at = out_->ensure((value.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < value.size(); i += 3) {
    const std::size_t left = value.size() - i;
    const auto byte = [&](std::size_t k) {
      return k < left ? std::to_integer<unsigned>(value[i + k]) : 0u;
    };
    const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
    *at++ = kDigits[group >> 18];
    *at++ = kDigits[group >> 12 & 63];
    *at++ = left > 1 ? kDigits[group >> 6 & 63] : '=';
    *at++ = left > 2 ? kDigits[group & 63] : '=';
  }
  out_->commit(at);
  raw(R"("})");
}

}  // namespace nanospan::wire

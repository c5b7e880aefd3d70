#include "wire/protobuf_format.h"

#include "nanospan/detail/text.h"

namespace nanospan::wire {
namespace {

constexpr std::size_t kPaddedBytes = 5;
constexpr std::size_t kVarintBytesMax = 10;

constexpr std::size_t varint_bytes(std::uint64_t value) noexcept {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

// Copies eight bytes at a time; false as soon as one of them is not ASCII. Writes up to 7 beyond.
NANOSPAN_INLINE bool copy_ascii(char* to, std::string_view text) noexcept {
  std::size_t at = 0;
  std::uint64_t seen = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof(word));
    std::memcpy(to + at, &word, sizeof(word));
    seen |= word;
  }
  for (; at < text.size(); ++at) {
    to[at] = text[at];
    seen |= static_cast<unsigned char>(text[at]);
  }
  return (seen & 0x8080808080808080u) == 0;
}

// At most three times as long as `untrusted_text`.
char* put_sanitised(char* at, std::string_view untrusted_text) noexcept {
  for (;;) {
    const std::size_t valid = detail::valid_utf8_prefix(untrusted_text);
    if (valid != 0) std::memcpy(at, untrusted_text.data(), valid);
    at += valid;
    if (valid == untrusted_text.size()) return at;
    std::memcpy(at, "\xEF\xBF\xBD", 3);
    at += 3;
    untrusted_text.remove_prefix(valid + 1);
  }
}

}  // namespace

void ProtobufFormat::string(std::string_view untrusted_text) {
  char* at = out_->ensure(kVarintBytesMax + untrusted_text.size());
  at = put_varint(at, untrusted_text.size());
  if (copy_ascii(at, untrusted_text)) [[likely]] {
    out_->commit(at + untrusted_text.size());
    return;
  }
  const Mark mark = open();
  at = out_->ensure(3 * untrusted_text.size());
  out_->commit(put_sanitised(at, untrusted_text));
  close(mark);
}

void ProtobufFormat::close_moved(Mark mark, std::size_t reserved) {
  const std::size_t bytes = out_->size() - mark;
  const std::size_t length_bytes = varint_bytes(bytes);
  out_->ensure(length_bytes);
  char* const body = out_->data() + mark;
  char* const moved = body - reserved + length_bytes;
  std::memmove(moved, body, bytes);
  put_varint(body - reserved, bytes);
  out_->commit(moved + bytes);
}

ProtobufFormat::Mark ProtobufFormat::open_padded(char tag) {
  char* const at = out_->ensure(1 + kPaddedBytes);
  at[0] = tag;
  out_->commit(at + 1 + kPaddedBytes);
  return out_->size();
}

void ProtobufFormat::close_padded(Mark mark) {
  std::size_t bytes = out_->size() - mark;
  char* const at = out_->data() + mark - kPaddedBytes;
  for (std::size_t i = 0; i + 1 < kPaddedBytes; ++i, bytes >>= 7) {
    at[i] = static_cast<char>(bytes | 0x80);
  }
  at[kPaddedBytes - 1] = static_cast<char>(bytes & 0x7F);
}

void ProtobufFormat::number(unsigned char tag, std::uint32_t value) {
  if (value == 0) return;
  char* const at = out_->ensure(1 + kVarintBytesMax);
  *at = static_cast<char>(tag);
  out_->commit(put_varint(at + 1, value));
}

void ProtobufFormat::field(char tag, std::string_view text) {
  if (text.empty()) return;
  out_->append(tag);
  string(text);
}

ProtobufFormat::Mark ProtobufFormat::begin_batch() {
  return open_padded(0x0A);
}

void ProtobufFormat::resource(std::string_view schema_url) {
  field(0x1A, schema_url);
}

ProtobufFormat::Mark ProtobufFormat::begin_scope(std::string_view name, std::string_view version) {
  const Mark mark = open_padded(0x12);
  const Mark scope = open(0x0A);
  field(0x0A, name);
  field(0x12, version);
  close(scope);
  return mark;
}

void ProtobufFormat::kind(SpanKind kind) {
  number(0x30, static_cast<std::uint32_t>(kind));
}

void ProtobufFormat::dropped_attributes(Owner owner, std::uint32_t count) {
  // In each of these messages the count is the field behind the attributes.
  number(static_cast<unsigned char>((static_cast<unsigned>(owner) + 1) << 3), count);
}

ProtobufFormat::Mark ProtobufFormat::begin_event(std::uint64_t time_unix_ns) {
  const Mark mark = open(0x5A);
  char* const at = out_->ensure(9);
  *at = 0x09;
  out_->commit(put(at + 1, time_unix_ns));
  return mark;
}

ProtobufFormat::Mark ProtobufFormat::begin_link(const SpanContext& context,
                                                std::string_view tracestate) {
  const Mark mark = open(0x6A);
  char* at = out_->ensure(18 + 10 + 5);
  at = put_trace_id(at, context.trace_id);
  at = put_span_id(at, 0x12, context.span_id);
  *at++ = 0x35;
  at = put(at, otlp_flags(context.flags, context.is_remote));
  out_->commit(at);
  field(0x1A, tracestate);
  return mark;
}

void ProtobufFormat::status(StatusCode code, std::string_view message) {
  if (code == StatusCode::kUnset) return;
  const Mark mark = open(0x7A);
  field(0x12, message);
  number(0x18, static_cast<std::uint32_t>(code));
  close(mark);
}

void ProtobufFormat::tracestate(std::string_view text) {
  field(0x1A, text);
}

void ProtobufFormat::boolean(bool value) {
  out_->commit(put_boolean(out_->ensure(kNumberBytesMax), value));
}

void ProtobufFormat::integer(std::int64_t value) {
  out_->commit(put_integer(out_->ensure(kNumberBytesMax), value));
}

void ProtobufFormat::real(double value) {
  out_->commit(put_real(out_->ensure(kNumberBytesMax), std::bit_cast<std::uint64_t>(value)));
}

void ProtobufFormat::bytes(std::span<const std::byte> value) {
  const Mark mark = open();
  char* at = out_->ensure(1 + kVarintBytesMax);
  *at = 0x3A;
  out_->commit(put_varint(at + 1, value.size()));
  out_->append({reinterpret_cast<const char*>(value.data()), value.size()});
  close(mark);
}

}  // namespace nanospan::wire

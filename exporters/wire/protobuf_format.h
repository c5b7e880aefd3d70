// ProtobufFormat: the words of OTLP's binary form, appended to a buffer.
//
// Lengths stand before what they measure: one byte (two for a span) is kept free, and a longer body
// is moved up. Only the two outermost messages, which hold whole batches, get five-byte lengths
// with padding, which every decoder takes (a varint has up to ten bytes). Threads: none. Source:
// protobuf encoding; OTLP 1.11 trace.proto, field numbers as in proto/otlp.proto.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "nanospan/span_batch.h"
#include "wire/byte_buffer.h"
#include "wire/span_facts.h"

namespace nanospan::wire {

static_assert(std::endian::native == std::endian::little, "fixed64 fields are copied as they are");

template <typename T>
NANOSPAN_INLINE char* put(char* at, T value) noexcept {
  std::memcpy(at, &value, sizeof(value));
  return at + sizeof(value);
}

// Tag and length of a bytes field whose tag and length fit one byte each.
constexpr std::uint16_t field_head(unsigned tag, unsigned bytes) noexcept {
  return static_cast<std::uint16_t>(tag | bytes << 8);
}

NANOSPAN_INLINE char* put_trace_id(char* at, TraceId id) noexcept {
  at = put(at, field_head(0x0A, 16));
  at = put(at, __builtin_bswap64(id.high));
  return put(at, __builtin_bswap64(id.low));
}

NANOSPAN_INLINE char* put_span_id(char* at, unsigned tag, SpanId id) noexcept {
  at = put(at, field_head(tag, 8));
  return put(at, __builtin_bswap64(id.value));
}

class ProtobufFormat {
 public:
  using Mark = std::size_t;  // where the body of an open message begins

  explicit ProtobufFormat(ByteBuffer& out) noexcept : out_(&out) {}
  // What follows goes there.
  void redirect(ByteBuffer& out) noexcept { out_ = &out; }
  [[nodiscard]] ByteBuffer& out() noexcept { return *out_; }

  Mark begin_batch();
  void resource(std::string_view schema_url);
  void end_batch(Mark mark) { close_padded(mark); }
  Mark begin_resource() { return open(0x0A); }
  void end_resource(Mark mark) { close(mark); }
  Mark begin_scope(std::string_view name, std::string_view version);
  void end_scope(Mark mark) { close_padded(mark); }

  // `constant_bytes`: how much will be appended by copy_blocks() behind the head.
  Mark begin_span(const SpanHead& head, std::size_t constant_bytes);
  void end_span(Mark mark) { close_reserved(mark, kSpanLengthBytes); }
  void begin_name() { out_->append('\x2A'); }
  void end_name() {}
  void kind(SpanKind kind);
  void begin_attributes() {}
  void end_attributes() {}
  void dropped_attributes(Owner owner, std::uint32_t count);
  void begin_events() {}
  Mark begin_event(std::uint64_t time_unix_ns);
  void begin_event_name() { out_->append('\x12'); }
  void end_event(Mark mark) { close(mark); }
  void end_events(std::uint32_t dropped) { number(0x60, dropped); }
  void begin_links() {}
  Mark begin_link(const SpanContext& context, std::string_view tracestate);
  void end_link(Mark mark) { close(mark); }
  void end_links(std::uint32_t dropped) { number(0x70, dropped); }
  void status(StatusCode code, std::string_view message);
  void tracestate(std::string_view text);

  // One attribute: begin_attribute, the key by string(), begin_value, a value, end_attribute.
  NANOSPAN_INLINE Mark begin_attribute(Owner owner) {
    char* const at = out_->ensure(3);
    at[0] = static_cast<char>(static_cast<unsigned>(owner) << 3 | 2u);
    at[2] = 0x0A;
    out_->commit(at + 3);
    return out_->size() - 1;
  }
  void begin_value() { out_->append('\x12'); }
  void end_attribute(Mark mark) { close(mark); }
  // A length and the text, what is not UTF-8 replaced by U+FFFD.
  void string(std::string_view untrusted_text);

  // Values, as wire/value.h writes them.
  Mark begin_text() {
    const Mark mark = open();
    out_->append('\x0A');
    return mark;
  }
  void end_text(Mark mark) { close(mark); }
  void text(std::string_view untrusted_text) {
    const Mark mark = begin_text();
    string(untrusted_text);
    end_text(mark);
  }
  void boolean(bool value);
  void integer(std::int64_t value);
  void real(double value);
  // The same at `at`, where there is room for kNumberBytesMax; where they end.
  static constexpr std::size_t kNumberBytesMax = 12;
  NANOSPAN_INLINE static char* put_boolean(char* at, bool value) noexcept {
    at[0] = 2;
    at[1] = 0x10;
    at[2] = value ? 1 : 0;
    return at + 3;
  }
  NANOSPAN_INLINE static char* put_integer(char* at, std::int64_t value) noexcept {
    at[1] = 0x18;
    char* const end = put_varint(at + 2, static_cast<std::uint64_t>(value));
    at[0] = static_cast<char>(end - at - 1);
    return end;
  }
  NANOSPAN_INLINE static char* put_real(char* at, std::uint64_t bits) noexcept {
    at[0] = 9;
    at[1] = 0x21;
    std::memcpy(at + 2, &bits, sizeof(bits));
    return at + 10;
  }
  void bytes(std::span<const std::byte> value);
  void empty() { out_->append('\0'); }
  struct ArrayMark {
    Mark value, array;
  };
  ArrayMark begin_array() {
    const Mark value = open();
    return {value, open(0x2A)};
  }
  void begin_element() { out_->append('\x0A'); }
  void end_element() {}
  void end_array(ArrayMark mark) {
    close(mark.array);
    close(mark.value);
  }

 private:
  static constexpr std::size_t kSpanLengthBytes = 2;

  static char* put_varint(char* at, std::uint64_t value) noexcept {
    for (; value >= 0x80; value >>= 7) *at++ = static_cast<char>(value | 0x80);
    *at++ = static_cast<char>(value);
    return at;
  }
  Mark open() {
    char* const at = out_->ensure(1);
    out_->commit(at + 1);
    return out_->size();
  }
  Mark open(char tag) {
    char* const at = out_->ensure(2);
    at[0] = tag;
    out_->commit(at + 2);
    return out_->size();
  }
  void close(Mark mark) {
    const std::size_t bytes = out_->size() - mark;
    if (bytes < 0x80) [[likely]] {
      out_->data()[mark - 1] = static_cast<char>(bytes);
      return;
    }
    close_reserved(mark, 1);
  }
  void close_reserved(Mark mark, std::size_t reserved) {
    const std::size_t bytes = out_->size() - mark;
    if (reserved == 2 && bytes >= 0x80 && bytes < 0x4000) [[likely]] {
      char* const at = out_->data() + mark - 2;
      at[0] = static_cast<char>(bytes | 0x80);
      at[1] = static_cast<char>(bytes >> 7);
      return;
    }
    close_moved(mark, reserved);
  }
  Mark open_padded(char tag);
  void close_padded(Mark mark);
  void close_moved(Mark mark, std::size_t reserved);
  void number(unsigned char tag, std::uint32_t value);
  void field(char tag, std::string_view text);

  ByteBuffer* out_;
};

NANOSPAN_INLINE ProtobufFormat::Mark ProtobufFormat::begin_span(const SpanHead& head,
                                                                std::size_t constant_bytes) {
  constexpr std::size_t kHeadBytesMax = 1 + kSpanLengthBytes + 18 + 10 + 10 + 9 + 9 + 6;
  char* at = out_->ensure(kHeadBytesMax + constant_bytes);
  const char* const body = at + 1 + kSpanLengthBytes;
  *at = 0x12;
  at = put_trace_id(at + 1 + kSpanLengthBytes, head.trace_id);
  at = put_span_id(at, 0x12, head.span_id);
  if (head.parent_span_id.is_valid()) at = put_span_id(at, 0x22, head.parent_span_id);
  *at++ = 0x39;
  at = put(at, head.start_unix_ns);
  *at++ = 0x41;
  at = put(at, head.end_unix_ns);
  *at++ = static_cast<char>(0x85);
  *at++ = 0x01;
  at = put(at, head.flags);
  out_->commit(at);
  return static_cast<Mark>(body - out_->data());
}

}  // namespace nanospan::wire

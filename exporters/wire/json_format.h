// JsonFormat: the words of OTLP/JSON, appended to a buffer: one line, no spaces.
//
// Every member and element is followed by a comma; what closes an object or a list puts itself in
// place of the last one. Rules of the form: lowerCamelCase names, ids in lower-case hex, 64-bit
// integers as strings, enumerations as numbers, bytes in base64, NaN and infinities as strings.
// Threads: none. Source: OTLP specification "JSON Protobuf Encoding"; RFC 8259.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "nanospan/span_batch.h"
#include "wire/byte_buffer.h"
#include "wire/span_facts.h"

namespace nanospan::wire {

class JsonFormat {
 public:
  struct Mark {};  // whatever opens last closes first

  explicit JsonFormat(ByteBuffer& out) noexcept : out_(&out) {}
  void redirect(ByteBuffer& out) noexcept { out_ = &out; }
  [[nodiscard]] ByteBuffer& out() noexcept { return *out_; }

  Mark begin_batch() { return raw(R"({"resourceSpans":[{)"); }
  void resource(std::string_view schema_url);
  void end_batch(Mark mark);
  Mark begin_resource() { return raw(R"("resource":{)"); }
  void end_resource(Mark) { close("},"); }
  Mark begin_scope(std::string_view name, std::string_view version);
  void end_scope(Mark) { close("]},"); }

  Mark begin_span(const SpanHead& head, std::size_t constant_bytes);
  void end_span(Mark) { close("},"); }
  void begin_name() { raw(R"("name":)"); }
  void end_name() { out_->append(','); }
  void kind(SpanKind kind);
  void begin_attributes() { raw(R"("attributes":[)"); }
  void end_attributes() { close("],"); }
  void dropped_attributes(Owner, std::uint32_t count) {
    dropped(R"("droppedAttributesCount":)", count);
  }
  void begin_events() { raw(R"("events":[)"); }
  Mark begin_event(std::uint64_t time_unix_ns);
  void begin_event_name() { begin_name(); }
  void end_event(Mark) { close("},"); }
  void end_events(std::uint32_t dropped_events) {
    close("],");
    dropped(R"("droppedEventsCount":)", dropped_events);
  }
  void begin_links() { raw(R"("links":[)"); }
  Mark begin_link(const SpanContext& context, std::string_view tracestate);
  void end_link(Mark) { close("},"); }
  void end_links(std::uint32_t dropped_links) {
    close("],");
    dropped(R"("droppedLinksCount":)", dropped_links);
  }
  void status(StatusCode code, std::string_view message);
  void tracestate(std::string_view text);

  Mark begin_attribute(Owner) { return raw(R"({"key":)"); }
  void begin_value() { raw(R"(,"value":)"); }
  void end_attribute(Mark) { raw("},"); }
  // In quotes, escaped; what is not UTF-8 replaced by U+FFFD.
  void string(std::string_view untrusted_text);

  Mark begin_text() { return raw(R"({"stringValue":)"); }
  void end_text(Mark) { raw("}"); }
  void text(std::string_view untrusted_text) {
    const Mark mark = begin_text();
    string(untrusted_text);
    end_text(mark);
  }
  void boolean(bool value) { raw(value ? R"({"boolValue":true})" : R"({"boolValue":false})"); }
  void integer(std::int64_t value);
  void real(double value);
  void bytes(std::span<const std::byte> value);
  void empty() { raw("{}"); }
  Mark begin_array() { return raw(R"({"arrayValue":{"values":[)"); }
  void begin_element() {}
  void end_element() { out_->append(','); }
  void end_array(Mark) { close("]}}"); }

 private:
  Mark raw(std::string_view text) {
    out_->append(text);
    return {};
  }
  // Puts `text` in place of the comma behind the last member, if there is one.
  void close(std::string_view text);
  void dropped(std::string_view name, std::uint32_t count);
  template <typename Number>
  void number(Number value);
  void member(std::string_view name, std::string_view untrusted_text);
  // Of at most kNumberBytesMax.
  char* put_time(char* at, std::uint64_t unix_ns) noexcept;

  static constexpr std::size_t kNumberBytesMax = 32;
  ByteBuffer* out_;
  std::uint64_t seconds_ = 0;  // of the last time that was written, and its digits
  std::array<char, 10> seconds_text_{};
};

}  // namespace nanospan::wire

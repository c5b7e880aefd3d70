#include "nanospan/exporters/console_exporter.h"

#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

#include "sinks/fd_writer.h"
#include "wire/byte_buffer.h"
#include "wire/json_format.h"
#include "wire/span_facts.h"
#include "wire/value.h"

namespace nanospan {
namespace {

constexpr std::string_view kKinds[] = {"?", "internal", "server", "client", "producer", "consumer"};

// Values as a reader of code would write them; text in quotes, with JSON's escapes, so that nothing
// in it reaches the terminal as a control character.
class ReadableValue {
 public:
  explicit ReadableValue(wire::ByteBuffer& out) noexcept : out_(out) {}

  void text(std::string_view untrusted_text) { wire::JsonFormat(out_).string(untrusted_text); }
  void boolean(bool value) { out_.append(value ? "true" : "false"); }
  void integer(std::int64_t value) { number(value); }
  void real(double value) { number(value); }
  void bytes(std::span<const std::byte> value) {
    number(value.size());
    out_.append(" bytes");
  }
  void empty() { out_.append("empty"); }
  std::size_t begin_array() {
    out_.append('[');
    return out_.size();
  }
  void begin_element() {
    if (out_.view().back() != '[') out_.append(", ");
  }
  void end_element() {}
  void end_array(std::size_t) { out_.append(']'); }

 private:
  template <typename Number>
  void number(Number value) {
    constexpr std::size_t kNumberBytesMax = 32;
    char* const at = out_.ensure(kNumberBytesMax);
    out_.commit(std::to_chars(at, at + kNumberBytesMax, value).ptr);
  }

  wire::ByteBuffer& out_;
};

class ConsoleExporter final : public Exporter {
 public:
  explicit ConsoleExporter(int fd) noexcept : writer_(fd), fd_(fd) {}

  ExportResult export_batch(const SpanBatch& batch, Deadline deadline) override {
    out_.clear();
    for (const SpanView span : batch) write_span(span);
    const std::size_t written = writer_.write(out_.view(), deadline);
    return written == out_.size() ? ExportResult::kSuccess : ExportResult::kFailure;
  }
  std::string last_error() const override { return writer_.last_error(); }
  std::string describe() const override {
    return fd_ == 1 ? "console" : "console, descriptor " + std::to_string(fd_);
  }

 private:
  void write_span(const SpanView& span) {
    const wire::SpanHead head = wire::head_of(span);
    write_time(head.start_unix_ns);
    write_duration(head.end_unix_ns - head.start_unix_ns);
    const auto kind = static_cast<std::size_t>(span.kind());
    out_.append(kKinds[kind < std::size(kKinds) ? kind : 0]);
    out_.append("  ");
    write_plain(span.name());
    out_.append("  trace=");
    out_.append(head.trace_id.to_hex());
    out_.append(" span=");
    out_.append(head.span_id.to_hex());
    if (head.parent_span_id.is_valid()) {
      out_.append(" parent=");
      out_.append(head.parent_span_id.to_hex());
    }
    write_attributes(span);
    write_status(span);
    span.for_each_event([&](const EventView& event) {
      out_.append("  event ");
      write_plain(event.name);
      write_attributes(event);
    });
    span.for_each_link([&](const LinkView& link) {
      out_.append("  link ");
      out_.append(link.context.trace_id.to_hex());
      out_.append('/');
      out_.append(link.context.span_id.to_hex());
      write_attributes(link);
    });
    out_.append('\n');
  }

  void write_time(std::uint64_t unix_ns) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    const std::uint64_t second = unix_ns / kSecond % 86'400;
    char text[32];
    const int bytes =
        std::snprintf(text, sizeof(text), "%02u:%02u:%02u.%09u",
                      static_cast<unsigned>(second / 3600), static_cast<unsigned>(second / 60 % 60),
                      static_cast<unsigned>(second % 60), static_cast<unsigned>(unix_ns % kSecond));
    out_.append({text, static_cast<std::size_t>(bytes)});
  }

  void write_duration(std::uint64_t ns) {
    const auto value = static_cast<double>(ns);
    char text[48];
    const int bytes =
        ns < 1'000           ? std::snprintf(text, sizeof(text), "  %.0f ns  ", value)
        : ns < 1'000'000     ? std::snprintf(text, sizeof(text), "  %.3f us  ", value / 1e3)
        : ns < 1'000'000'000 ? std::snprintf(text, sizeof(text), "  %.3f ms  ", value / 1e6)
                             : std::snprintf(text, sizeof(text), "  %.3f s  ", value / 1e9);
    out_.append({text, static_cast<std::size_t>(bytes)});
  }

  // As it is in quotes, but without them.
  void write_plain(std::string_view untrusted_text) {
    const std::size_t before = out_.size();
    wire::JsonFormat(out_).string(untrusted_text);
    const std::string text(out_.view().substr(before + 1, out_.size() - before - 2));
    out_.truncate(before);
    out_.append(text);
  }

  template <typename View>
  void write_attributes(const View& view) {
    view.for_each_attribute([&](const AttributeView& attribute) {
      if (attribute.key.empty()) return;
      out_.append(' ');
      write_plain(attribute.key);
      out_.append('=');
      ReadableValue value(out_);
      wire::write_value(value, attribute.value);
    });
  }

  void write_status(const SpanView& span) {
    if (span.unfinished()) out_.append("  UNFINISHED");
    if (span.status_code() == StatusCode::kOk) out_.append("  OK");
    if (span.status_code() != StatusCode::kError) return;
    out_.append("  ERROR");
    const std::string_view text = span.status_text();
    if (text.empty()) return;
    out_.append(": ");
    write_plain(text);
  }

  sinks::FdWriter writer_;
  const int fd_;
  wire::ByteBuffer out_;
};

}  // namespace

Result<std::unique_ptr<Exporter>> make_console_exporter(ConsoleOptions options) {
  if (options.fd < 0) return Status::failure("the console exporter needs an open descriptor");
  return {std::make_unique<ConsoleExporter>(options.fd)};
}

}  // namespace nanospan

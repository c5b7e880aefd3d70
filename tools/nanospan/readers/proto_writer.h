// ProtoWriter: protobuf's fields at the end of a text, messages inside messages.
//
// Why not protozero's own writer: it leaves out messages that turn out empty, and an empty value
// is not the same as none. The length of a message gets one byte, and the message moves when it
// turns out longer.
// Threads: none. Errors: what is thrown inside message() passes; truncate() takes back what it had
// written by then.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <protozero/buffer_string.hpp>
#include <protozero/varint.hpp>
#include <string>
#include <string_view>

namespace nanospan::tools::readers {

class ProtoWriter {
 public:
  explicit ProtoWriter(std::string& out) : out_(out) {}

  void varint(std::uint32_t tag, std::uint64_t value) {
    number(tag << 3);
    number(value);
  }
  void fixed64(std::uint32_t tag, std::uint64_t value) {
    number(tag << 3 | 1);
    little_endian(value);
  }
  void real(std::uint32_t tag, double value) { fixed64(tag, std::bit_cast<std::uint64_t>(value)); }
  void fixed32(std::uint32_t tag, std::uint32_t value) {
    number(tag << 3 | 5);
    little_endian(value);
  }
  void text(std::uint32_t tag, std::string_view value) {
    number(tag << 3 | 2);
    number(value.size());
    out_.append(value);
  }
  // f() writes what is in it.
  template <typename F>
  void message(std::uint32_t tag, F&& f) {
    number(tag << 3 | 2);
    const std::size_t begin = out_.size();
    out_ += '\0';
    f();
    close(begin);
  }

  [[nodiscard]] std::size_t size() const noexcept { return out_.size(); }
  void truncate(std::size_t size) { out_.resize(size); }

 private:
  static_assert(std::endian::native == std::endian::little);

  void number(std::uint64_t value) {
    if (value < 0x80)
      out_ += static_cast<char>(value);
    else
      protozero::add_varint_to_buffer(&out_, value);
  }
  template <typename Integer>
  void little_endian(Integer value) {
    char bytes[sizeof(value)];
    std::memcpy(bytes, &value, sizeof(value));
    out_.append(bytes, sizeof(bytes));
  }
  void close(std::size_t begin) {
    const std::size_t bytes = out_.size() - begin - 1;
    char length[protozero::max_varint_length];
    const int digits = protozero::add_varint_to_buffer(length, bytes);
    if (digits > 1) out_.insert(begin, static_cast<std::size_t>(digits) - 1, '\0');
    std::memcpy(out_.data() + begin, length, static_cast<std::size_t>(digits));
  }

  std::string& out_;
};

}  // namespace nanospan::tools::readers

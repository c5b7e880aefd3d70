#include "readers/protobuf_pieces.h"

#include <algorithm>
#include <utility>

namespace nanospan::tools::readers {
namespace {

// A varint of at most 5 bytes. Its own length; 0: it is none, or cut short.
std::size_t read_varint(std::string_view untrusted, std::uint64_t& value) noexcept {
  value = 0;
  for (std::size_t at = 0; at < std::min<std::size_t>(untrusted.size(), 5); ++at) {
    const auto byte = static_cast<unsigned char>(untrusted[at]);
    value |= std::uint64_t{byte & 0x7fu} << (7 * at);
    if (byte < 0x80) return at + 1;
  }
  return 0;
}

constexpr char kResourceSpans = 0x0a;  // field 1, with a length

// A resource, a list of spans or a schema's address: what a ResourceSpans begins with.
bool begins_resource_spans(std::string_view bytes) noexcept {
  return !bytes.empty() && (bytes[0] == 0x0a || bytes[0] == 0x12 || bytes[0] == 0x1a);
}

// A field 1 that holds a ResourceSpans, in a message of at most so many bytes.
bool begins_message(std::string_view bytes, std::uint64_t message_bytes_max) noexcept {
  if (bytes.empty() || bytes[0] != kResourceSpans) return false;
  std::uint64_t length = 0;
  const std::size_t digits = read_varint(bytes.substr(1), length);
  if (digits == 0 || length + digits + 1 > message_bytes_max) return false;
  return length == 0 || begins_resource_spans(bytes.substr(1 + digits)) ||
         bytes.size() == 1 + digits;
}

std::uint64_t big_endian(std::string_view four_bytes) noexcept {
  std::uint64_t value = 0;
  for (const char byte : four_bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

bool is_framed(std::string_view bytes, std::size_t head_bytes, std::uint64_t length) noexcept {
  return bytes.size() >= head_bytes && begins_message(bytes.substr(head_bytes), length);
}

}  // namespace

Framing framing_of(std::string_view first_bytes) noexcept {
  std::uint64_t length = 0;
  const std::size_t digits = read_varint(first_bytes, length);
  if (digits != 0 && is_framed(first_bytes, digits, length)) return Framing::kVarint;
  // Before four bytes of length, of which the first would have to stand for 160 MiB.
  if (begins_message(first_bytes, ~std::uint64_t{0})) return Framing::kNone;
  if (first_bytes.size() >= 4 && is_framed(first_bytes, 4, big_endian(first_bytes.substr(0, 4))))
    return Framing::kBigEndian;
  return Framing::kVarint;
}

bool looks_like_protobuf(std::string_view first_bytes) noexcept {
  std::uint64_t length = 0;
  const std::size_t digits = read_varint(first_bytes, length);
  return framing_of(first_bytes) != Framing::kVarint ||
         (digits != 0 && is_framed(first_bytes, digits, length));
}

bool ProtobufPieces::next(ProtobufPiece& piece) {
  stream_.consume(std::exchange(handed_out_, 0));
  if (!is_known_) framing_ = framing_of(stream_.ahead(32));
  is_known_ = true;
  piece.damage.clear();
  piece.bytes = {};
  piece.offset = stream_.offset();
  if (is_lost_ || stream_.ahead(1).empty()) return false;
  std::size_t head_bytes = 0;
  std::uint64_t message_bytes = 0;
  if (!read_head(head_bytes, message_bytes)) {
    is_lost_ = true;
    piece.damage = "it is cut short, or not OTLP; nothing behind it can be read";
    return true;
  }
  if (message_bytes > piece_bytes_max_) {
    is_lost_ = true;
    piece.damage =
        "it is larger than the memory allowed for one message, or not OTLP; nothing "
        "behind it can be read";
    return true;
  }
  const std::size_t bytes = head_bytes + static_cast<std::size_t>(message_bytes);
  const std::string_view ahead = stream_.ahead(bytes);
  if (ahead.size() < bytes) {
    is_lost_ = true;
    piece.damage = "it is cut short, or not OTLP; nothing behind it can be read";
    return true;
  }
  // Without framing the field's own tag and length make it the message.
  piece.bytes = ahead.substr(0, bytes);
  if (framing_ != Framing::kNone) piece.bytes.remove_prefix(head_bytes);
  handed_out_ = bytes;
  return true;
}

bool ProtobufPieces::read_head(std::size_t& head_bytes, std::uint64_t& message_bytes) {
  const std::string_view ahead = stream_.ahead(6);
  if (framing_ == Framing::kBigEndian) {
    head_bytes = 4;
    message_bytes = big_endian(ahead.substr(0, 4));
    return ahead.size() >= 4;
  }
  if (framing_ == Framing::kVarint) {
    head_bytes = read_varint(ahead, message_bytes);
    return head_bytes != 0;
  }
  const std::size_t digits = read_varint(ahead.substr(1), message_bytes);
  head_bytes = 1 + digits;
  return ahead[0] == kResourceSpans && digits != 0;
}

}  // namespace nanospan::tools::readers

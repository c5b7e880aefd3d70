#include "readers/json_pieces.h"

#include <algorithm>

#include "readers/json_values.h"

namespace nanospan::tools::readers {
namespace {

constexpr std::size_t kLineBytesMax = std::size_t{4} << 20;
constexpr std::size_t kStepBytes = std::size_t{1} << 16;
constexpr std::size_t kNameBytesMax = 4096;
constexpr std::uint64_t kOpenMax = 4;
constexpr int kBrokenOffMax = 16;
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Nothing but a document that is printed over many lines breaks its lines there.
bool goes_on(std::string_view line) noexcept {
  return std::string_view("{[,:").find(line.back()) != std::string_view::npos;
}

}  // namespace

std::optional<std::size_t> JsonBalance::feed(std::string_view untrusted) noexcept {
  for (std::size_t at = 0; at < untrusted.size(); ++at) {
    const char c = untrusted[at];
    if (in_text_) {
      if (is_escaped_)
        is_escaped_ = false;
      else if (c == '\\')
        is_escaped_ = true;
      else if (c == '"' && (in_text_ = false, depth_ == 0))
        return at + 1;
      continue;
    }
    const bool closes = c == '}' || c == ']';
    if (in_word_ && (closes || c == ',' || is_blank(c))) return at;
    if (c == '"')
      in_text_ = true;
    else if (c == '{' || c == '[')
      ++depth_;
    else if (closes && (depth_ == 0 || --depth_ == 0))
      return at + 1;
    else if (depth_ == 0 && !is_blank(c))
      in_word_ = true;
  }
  return std::nullopt;
}

bool JsonPieces::next(JsonPiece& piece) {
  consume(std::exchange(handed_out_, 0));
  if (stream_.offset() == 0 && stream_.ahead(kByteOrderMark.size()).starts_with(kByteOrderMark))
    stream_.consume(kByteOrderMark.size());
  piece.damage.clear();
  piece.text = {};
  for (;;) {
    const Place before = place_;
    const bool has_one = place_ == Place::kTop       ? next_value(piece)
                         : place_ == Place::kMembers ? next_member(piece)
                                                     : next_element(piece);
    if (has_one) return true;
    if (before == Place::kTop && place_ == Place::kTop) return false;
  }
}

// A line that looks whole is a piece, whatever is in it: damage ends with the line.
bool JsonPieces::next_value(JsonPiece& piece) {
  const char first = skip_blanks();
  if (first == '\0' && stream_.ahead(1).empty()) return false;
  std::string_view line;
  const auto line_bytes = find_line(line);
  // Lines that open what nothing closes could each be looked through to the end of the stream.
  const bool is_opener = (first == '{' || first == '[') && broken_off_ < kBrokenOffMax;
  if (line_bytes && (!is_opener || !(goes_on(line) || is_cut(line, *line_bytes))))
    return hand_out(piece, JsonPiece::Kind::kDocument, *line_bytes);
  if (!is_opener) return tell_damage(piece, "it is not JSON");  // and the line has no end
  if (const auto bytes = find_end(piece_bytes_max_))
    return hand_out(piece, JsonPiece::Kind::kDocument, *bytes);
  consume(1);
  place_ = first == '{' ? Place::kMembers : Place::kElements;
  elements_ = JsonPiece::Kind::kDocument;
  open_ = first == '{' ? 1 : 0;
  return false;
}

bool JsonPieces::next_member(JsonPiece& piece) {
  char c = skip_blanks(",");
  if (c == '}') {
    consume(1);
    if (--open_ == 0) place_ = Place::kTop;
    return false;
  }
  if (c != '"') return tell_damage(piece, "it ends or breaks off in the middle of a document");
  const auto bytes = find_end(kNameBytesMax);
  if (!bytes) return tell_damage(piece, "a name in it has no end");
  const std::string name(FieldName(stream_.ahead(*bytes).substr(1, *bytes - 2)).camel());
  consume(*bytes);
  c = skip_blanks(":");
  const bool is_resources = name == "resourceSpans" || name == "batches";
  if (c == '[' && (is_resources || name == "data")) {
    consume(1);
    place_ = Place::kElements;
    elements_ = is_resources ? JsonPiece::Kind::kResourceSpans : JsonPiece::Kind::kJaegerTrace;
    return false;
  }
  if (c == '{' && (name == "result" || name == "trace") && open_ < kOpenMax) {
    consume(1);
    ++open_;
    return false;
  }
  return skip_value() ? false
                      : tell_damage(piece, "it ends or breaks off in the middle of a document");
}

bool JsonPieces::next_element(JsonPiece& piece) {
  const char c = skip_blanks(",");
  if (c == ']') {
    consume(1);
    place_ = open_ == 0 ? Place::kTop : Place::kMembers;
    return false;
  }
  if (c == '}' || c == '\0')
    return tell_damage(piece, "it ends or breaks off in the middle of a document");
  if (const auto bytes = find_end(piece_bytes_max_)) return hand_out(piece, elements_, *bytes);
  if (stream_.ahead(piece_bytes_max_).size() < piece_bytes_max_)
    return tell_damage(piece, "it ends in the middle of a document");
  piece.line = line_;
  piece.damage = "a part of it is larger than --memory-max allows for one";
  // What is behind it can be read, as far as brackets can be believed.
  if (!skip_value()) place_ = Place::kTop;
  return true;
}

// The rest of the line without blanks at its end; its length with them, but for the line feed.
// Nothing: it is long.
std::optional<std::size_t> JsonPieces::find_line(std::string_view& line) {
  const std::size_t bytes_max = std::min(kLineBytesMax, piece_bytes_max_);
  for (std::size_t looked_at = 0; looked_at <= bytes_max;) {
    const std::string_view ahead = stream_.ahead(looked_at + 1);
    const bool is_end = ahead.size() == looked_at;
    const std::size_t bytes = std::min(ahead.find('\n', looked_at), ahead.size());
    if (bytes > bytes_max) break;
    if (bytes < ahead.size() || is_end) {
      line = ahead.substr(0, bytes);
      line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
      return bytes;
    }
    looked_at = ahead.size();
  }
  return std::nullopt;
}

// The last line, and it is not whole: some of what it lists may be.
bool JsonPieces::is_cut(std::string_view line, std::size_t line_bytes) {
  return stream_.ahead(line_bytes + 1).size() == line_bytes && line.back() != '}' &&
         line.back() != ']';
}

std::optional<std::size_t> JsonPieces::find_end(std::size_t bytes_max) {
  JsonBalance balance;
  for (std::size_t fed = 0; fed < bytes_max;) {
    const std::string_view ahead = stream_.ahead(fed + 1).substr(fed, bytes_max - fed);
    if (ahead.empty()) return std::nullopt;
    if (const auto bytes = balance.feed(ahead)) return fed + *bytes;
    fed += ahead.size();
  }
  return std::nullopt;
}

bool JsonPieces::skip_value() {
  JsonBalance balance;
  for (;;) {
    const std::string_view ahead = stream_.ahead(kStepBytes);
    if (ahead.empty()) return false;
    const auto bytes = balance.feed(ahead);
    consume(bytes.value_or(ahead.size()));
    if (bytes) return true;
  }
}

bool JsonPieces::hand_out(JsonPiece& piece, JsonPiece::Kind kind, std::size_t bytes) {
  piece.kind = kind;
  piece.line = line_;
  piece.text = stream_.ahead(bytes).substr(0, bytes);
  handed_out_ = bytes;
  return true;
}

// And goes on behind the line.
bool JsonPieces::tell_damage(JsonPiece& piece, std::string damage) {
  piece.line = line_;
  piece.damage = std::move(damage);
  if (place_ != Place::kTop) ++broken_off_;
  place_ = Place::kTop;
  for (;;) {
    const std::string_view ahead = stream_.ahead(kStepBytes);
    if (ahead.empty()) return true;
    const std::size_t at = ahead.find('\n');
    consume(at == std::string_view::npos ? ahead.size() : at + 1);
    if (at != std::string_view::npos) return true;
  }
}

// The byte behind them; 0: none.
char JsonPieces::skip_blanks(std::string_view more) {
  for (;;) {
    const std::string_view ahead = stream_.ahead(1);
    if (ahead.empty()) return '\0';
    std::size_t at = 0;
    while (at < ahead.size() &&
           (is_blank(ahead[at]) || more.find(ahead[at]) != std::string_view::npos))
      ++at;
    const char c = at < ahead.size() ? ahead[at] : '\0';
    consume(at);
    if (at < ahead.size() || c != '\0') return c;
  }
}

void JsonPieces::consume(std::size_t bytes) {
  const std::string_view ahead = stream_.ahead(bytes).substr(0, bytes);
  line_ += static_cast<std::uint64_t>(std::count(ahead.begin(), ahead.end(), '\n'));
  stream_.consume(ahead.size());
}

}  // namespace nanospan::tools::readers

#include "config/variable_reader.h"

#include <cinttypes>

#include "base/parse.h"
#include "base/sentence.h"
#include "base/utf8.h"

namespace nanospan::config {
namespace {

constexpr std::size_t kShownBytesMax = 64;

// A value must not break the log's lines, nor a terminal.
std::string printable(std::string_view value) {
  std::string out;
  base::append_valid_utf8(base::truncate_utf8(value, kShownBytesMax), out);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';
  }
  if (value.size() > kShownBytesMax) out += "...";
  return out;
}

}  // namespace

std::string_view VariableReader::text(const char* name) const {
  const char* const value = get_environment_(name);
  return value == nullptr ? std::string_view() : base::trim(value);
}

bool VariableReader::boolean(const char* name, bool unless_set) {
  const std::string_view value = text(name);
  if (base::equal_ignoring_case(value, "true")) return true;
  if (base::equal_ignoring_case(value, "false")) return false;
  if (!value.empty())
    warn(name, value,
         unless_set ? "taken as true; write \"true\" or \"false\"."
                    : "taken as false; write \"true\" or \"false\".");
  return unless_set;
}

std::optional<std::uint64_t> VariableReader::number(const char* name, std::uint64_t at_least) {
  const std::string_view value = text(name);
  if (value.empty()) return std::nullopt;
  const auto number = base::parse_unsigned(value);
  if (number && *number >= at_least) return number;
  warn(name, value,
       base::sentence("ignored; write a whole number, %" PRIu64 " or more.", at_least).c_str());
  return std::nullopt;
}

void VariableReader::warn(const char* name, std::string_view value, const char* advice) {
  warn(name, base::sentence("is \"%s\": %s", printable(value).c_str(), advice).c_str());
}

void VariableReader::warn(const char* name, const char* sentence) {
  warnings_.push_back(base::sentence("%s %s", name, sentence));
}

}  // namespace nanospan::config

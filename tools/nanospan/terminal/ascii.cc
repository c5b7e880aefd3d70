#include "terminal/ascii.h"

#include <algorithm>
#include <array>

#include "terminal/text.h"

namespace nanospan::tools {
namespace {

struct StandIn {
  std::string_view drawn;
  char ascii;
};
constexpr std::array<StandIn, 28> kStandIns{
    {{"└", '`'}, {"├", '|'}, {"│", '|'}, {"─", '-'}, {"→", '>'}, {"←", '<'}, {"›", '>'},
     {"…", '+'}, {"✗", '!'}, {"✓", 'v'}, {"◔", '*'}, {"±", '~'}, {"µ", 'u'}, {"▕", '|'},
     {"▏", ':'}, {"▎", ':'}, {"▍", ':'}, {"▌", '#'}, {"▋", '#'}, {"▊", '#'}, {"▉", '#'},
     {"█", '#'}, {"░", '.'}, {"×", 'x'}, {"≤", '<'}, {"≥", '>'}, {"−", '-'}, {"·", '.'}}};

// Of the character that starts here.
std::size_t bytes_of(std::string_view utf8) {
  std::size_t bytes = 1;
  while (bytes < utf8.size() && (static_cast<unsigned char>(utf8[bytes]) & 0xc0) == 0x80) ++bytes;
  return bytes;
}

}  // namespace

std::string to_ascii(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    const std::string_view character = utf8.substr(0, bytes_of(utf8));
    utf8.remove_prefix(character.size());
    if (static_cast<unsigned char>(character[0]) < 0x80) {
      out += character;
      continue;
    }
    const auto at = std::find_if(kStandIns.begin(), kStandIns.end(),
                                 [&](const StandIn& one) { return one.drawn == character; });
    if (at != kStandIns.end())
      out += at->ascii;
    else
      out.append(display_width(character), '?');
  }
  return out;
}

}  // namespace nanospan::tools

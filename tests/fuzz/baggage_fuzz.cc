// Any bytes as headers of baggage, and as what a user sets.
#include <array>

#include "propagator_fuzz.h"

using namespace nanospan;

namespace {

void check_headers(std::string_view untrusted) {
  constexpr std::array<std::string_view, 1> kKeys = {"baggage"};
  const Context context =
      baggage_propagator()->extract(fuzz::headers_of(untrusted, kKeys), Context::root());
  const Baggage baggage = baggage_of(context);
  const std::string header = baggage.header();
  fuzz::require(header.size() <= Baggage::kHeaderBytesMax);
  fuzz::require(baggage.size() <= Baggage::kMembersMax);
  // U+FFFD is longer than the byte in its place: then whole members go from the right.
  const Baggage back = Baggage::parse(header);
  fuzz::require(back.size() <= baggage.size());
  for (std::size_t i = 0; i < back.size(); ++i)
    fuzz::require(back.entries()[i] == baggage.entries()[i]);
  if (back.size() == baggage.size())
    fuzz::check_round_trip(context, *baggage_propagator(), *baggage_propagator());
}

void check_user(std::string_view text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string_view rest = text.substr(equals);
  const Baggage set = Baggage().set(text.substr(0, equals), rest, rest);
  const std::string header = set.header();
  for (const char c : header) fuzz::require(c > ' ' && c <= '~');
  const Baggage back = Baggage::parse(header);
  if (!header.empty())
    fuzz::require(back.size() == 1 && back.get(set.entries()[0].name) == set.entries()[0].value);
  for (const BaggageEntry& entry : back.entries()) (void)baggage_properties(entry);
  fuzz::require(set.remove(text.substr(0, equals)).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* untrusted, std::size_t bytes) {
  const std::string_view text(reinterpret_cast<const char*>(untrusted), bytes);
  check_headers(text);
  check_user(text);
  return 0;
}

// Any bytes as headers: B3, of one header and of several.
#include <array>

#include "propagator_fuzz.h"

using namespace nanospan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* untrusted, std::size_t bytes) {
  constexpr std::array<std::string_view, 5> kKeys = {"b3", "x-b3-traceid", "x-b3-spanid",
                                                     "x-b3-sampled", "x-b3-flags"};
  const fuzz::Headers headers =
      fuzz::headers_of({reinterpret_cast<const char*>(untrusted), bytes}, kKeys);
  const Context context = b3_propagator()->extract(headers, Context::root());
  if (!context.has_span()) return 0;
  fuzz::check_round_trip(context, *b3_propagator(), *b3_propagator());
  fuzz::check_round_trip(context, *b3_propagator(B3Format::kMulti), *b3_propagator());
  return 0;
}

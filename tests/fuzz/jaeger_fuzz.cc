// Any bytes as headers: Jaeger's header, which is never written: what came in goes on as B3.
#include <array>

#include "propagator_fuzz.h"

using namespace nanospan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* untrusted, std::size_t bytes) {
  constexpr std::array<std::string_view, 1> kKeys = {"uber-trace-id"};
  const fuzz::Headers headers =
      fuzz::headers_of({reinterpret_cast<const char*>(untrusted), bytes}, kKeys);
  const Context context = jaeger_propagator()->extract(headers, Context::root());
  if (context.has_span()) fuzz::check_round_trip(context, *b3_propagator(), *b3_propagator());
  return 0;
}

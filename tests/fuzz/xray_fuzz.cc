// Any bytes as headers: AWS X-Ray's header.
#include <array>

#include "propagator_fuzz.h"

using namespace nanospan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* untrusted, std::size_t bytes) {
  constexpr std::array<std::string_view, 1> kKeys = {"x-amzn-trace-id"};
  const fuzz::Headers headers =
      fuzz::headers_of({reinterpret_cast<const char*>(untrusted), bytes}, kKeys);
  const Context context = xray_propagator()->extract(headers, Context::root());
  if (context.has_span()) fuzz::check_round_trip(context, *xray_propagator(), *xray_propagator());
  return 0;
}

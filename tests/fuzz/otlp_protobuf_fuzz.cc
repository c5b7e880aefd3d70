// Any bytes as OTLP's protobuf in each framing: what is left must be OTLP, for protobuf's own code
// too.
#include "reader_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* untrusted, std::size_t bytes) {
  const std::string_view text(reinterpret_cast<const char*>(untrusted), bytes);
  nanospan::tools::fuzz::check_protobuf(text);
  return 0;
}

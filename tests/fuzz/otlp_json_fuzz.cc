// Any text as JSON Lines and documents: what is made of it must be OTLP, for protobuf's own code
// too.
#include "reader_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* untrusted, std::size_t bytes) {
  const std::string_view text(reinterpret_cast<const char*>(untrusted), bytes);
  // The first in one piece, the other taken apart.
  nanospan::tools::fuzz::check_json(text, std::size_t{1} << 20);
  nanospan::tools::fuzz::check_json(text, 64);
  return 0;
}

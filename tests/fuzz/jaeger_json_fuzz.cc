// Any text as the traces of an answer of Jaeger's: what is made of it must be OTLP.
#include "reader_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* untrusted, std::size_t bytes) {
  const std::string_view text(reinterpret_cast<const char*>(untrusted), bytes);
  nanospan::tools::fuzz::check_json(text, std::size_t{1} << 20);
  // As the spans of a trace, which a mutation seldom leaves whole around them.
  nanospan::tools::fuzz::check_json(
      "{\"data\":[{\"spans\":[" + std::string(text) + "],\"processes\":{\"p\":{}}}]}", 1 << 20);
  return 0;
}

// Any bytes as headers: what is read must be valid, and be read alike once it was written again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "nanospan/propagation.h"
#include "nanospan/tracestate.h"

namespace {

using nanospan::TraceState;
using Headers = std::map<std::string, std::string>;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_traceparent(std::string_view untrusted_text) {
  const auto context = nanospan::parse_traceparent(untrusted_text);
  if (!context) return;
  require(context->is_valid() && context->is_remote && (context->flags.bits & ~3) == 0);
  require(nanospan::parse_traceparent(nanospan::format_traceparent(*context).view()) == context);
}

void check_tracestate(std::string_view untrusted_text) {
  const TraceState state = TraceState::parse(untrusted_text);
  require(state.header().size() <= TraceState::kHeaderBytesMax);
  require(TraceState::parse(state.header()) == state);
  const std::string_view key = untrusted_text.substr(0, untrusted_text.find('='));
  const TraceState changed = state.set(key, "1");
  require(TraceState::parse(changed.header()) == changed);
  // A member above 128 bytes may have to go again, for the limit of the whole.
  require(!TraceState::is_valid_key(key) || changed.get(key) == "1" || key.size() > 126);
  require(!changed.erase(key).get(key).has_value());
}

void check_carrier(std::string_view untrusted_text) {
  const std::size_t split = untrusted_text.find('\n');
  Headers headers{{"traceparent", std::string(untrusted_text.substr(0, split))}};
  if (split != std::string_view::npos) {
    headers.emplace("tracestate", untrusted_text.substr(split + 1));
  }
  const nanospan::Context context = nanospan::extract(headers);
  Headers again;
  nanospan::inject(context, again);
  require(again.empty() == !context.has_span());
  const nanospan::Context back = nanospan::extract(again);
  require(back.span_context() == context.span_context());
  require(back.tracestate() == context.tracestate());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* untrusted, std::size_t bytes) {
  const std::string_view untrusted_text(reinterpret_cast<const char*>(untrusted), bytes);
  check_traceparent(untrusted_text);
  check_tracestate(untrusted_text);
  check_carrier(untrusted_text);
  return 0;
}

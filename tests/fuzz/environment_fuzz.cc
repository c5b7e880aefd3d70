// Any text as a process's environment: OTEL_PROPAGATORS in the first line, then the variables that
// carry contexts. Property: whatever is chosen, a span that was read is read again from what is
// written for a child, and what is written is named as variables are.
#include <algorithm>
#include <array>

#include "nanospan/environment_carrier.h"
#include "nanospan/log.h"
#include "propagator_fuzz.h"

using namespace nanospan;

namespace {

void check_names(const EnvironmentCarrier& environment) {
  for (const std::string& variable : environment.variables()) {
    const std::string name = variable.substr(0, variable.find('='));
    fuzz::require(!name.empty() && name == environment_name(name));
    fuzz::require(name.size() < variable.size());
  }
}

void check_choice(const Propagator& chosen, const fuzz::Headers& untrusted) {
  EnvironmentCarrier environment;
  for (const auto& [key, value] : untrusted) environment.set(key, value);
  check_names(environment);
  const Context context = chosen.extract(environment, Context::root());
  EnvironmentCarrier of_child;
  chosen.inject(context, of_child);
  check_names(of_child);
  // No more than it says, and none of it twice.
  fuzz::require(of_child.variables().size() <= chosen.fields().size());
  const Context again = chosen.extract(of_child, Context::root());
  if (!again.has_span()) return;  // Jaeger's is never written
  fuzz::require(again.span_context().trace_id == context.span_context().trace_id);
  fuzz::require(again.span_context().span_id == context.span_context().span_id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* untrusted, std::size_t bytes) {
  static const bool is_quiet = [] {
    set_log_handler([](LogLevel, std::string_view) {});
    return true;
  }();
  std::string text(reinterpret_cast<const char*>(untrusted), bytes);
  if (!is_quiet || std::count(text.begin(), text.end(), '\0') != 0) return 0;
  const std::size_t line = std::min(text.find('\n'), text.size());
  ::setenv("OTEL_PROPAGATORS", text.substr(0, line).c_str(), 1);
  const PropagatorPtr chosen = propagator_from_environment();
  fuzz::require(chosen != nullptr);
  constexpr std::array<std::string_view, 8> kKeys = {
      "traceparent",     "tracestate",    "baggage",      "b3",
      "x-amzn-trace-id", "uber-trace-id", "x-b3-traceid", "x-b3-spanid"};
  check_choice(*chosen, fuzz::headers_of(text.substr(std::min(line + 1, text.size())), kKeys));
  return 0;
}

// Which propagators a process uses, and the one place where it asks.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/parse.h"
#include "config/environment.h"
#include "config/variable_reader.h"
#include "nanospan/propagator.h"

namespace nanospan {
namespace {

constexpr char kVariable[] = "OTEL_PROPAGATORS";

struct Known {
  std::string_view name;
  PropagatorPtr (*make)();
};
constexpr std::array<Known, 6> kKnown = {{
    {"tracecontext", trace_context_propagator},
    {"baggage", baggage_propagator},
    {"b3", [] { return b3_propagator(B3Format::kSingle); }},
    {"b3multi", [] { return b3_propagator(B3Format::kMulti); }},
    {"xray", xray_propagator},
    {"jaeger", jaeger_propagator},
}};

// Those that the variable names: in lower case, each once, no empty ones.
std::vector<std::string> names_of(std::string_view text) {
  std::vector<std::string> names;
  base::split(text, ',', [&](std::string_view part) {
    std::string name = base::to_lower(base::trim(part));
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  });
  return names;
}

std::vector<PropagatorPtr> read_parts(config::VariableReader& reader) {
  const std::string_view text = reader.text(kVariable);
  const std::vector<std::string> names = names_of(text);
  if (names.empty()) return {trace_context_propagator(), baggage_propagator()};
  std::vector<PropagatorPtr> parts;
  for (const std::string& name : names) {
    const auto* const known = std::find_if(kKnown.begin(), kKnown.end(),
                                           [&](const Known& each) { return each.name == name; });
    if (known != kKnown.end())
      parts.push_back(known->make());
    else if (name != "none")
      reader.warn(kVariable, name,
                  "skipped; there are tracecontext, baggage, b3, b3multi, xray, jaeger, none.");
    else if (names.size() > 1)
      reader.warn(kVariable, text, "\"none\" counts only where it stands alone; skipped.");
  }
  return parts;
}

// One that was set stays where it is, behind the newest: somebody may hold it.
struct Installed {
  PropagatorPtr propagator;
  Installed* before;
};
// Release by who installs, acquire by who asks. No lock, which a forked child might find held.
std::atomic<Installed*> newest{nullptr};

}  // namespace

PropagatorPtr propagator_from_environment() {
  std::vector<std::string> warnings;
  config::VariableReader reader(config::process_environment, warnings);
  PropagatorPtr made = composite_propagator(read_parts(reader));
  for (const std::string& warning : warnings) base::log(LogLevel::kWarning, warning);
  return made;
}

const Propagator& global_propagator() {
  if (const Installed* const installed = newest.load(std::memory_order_acquire))
    return *installed->propagator;
  auto made = std::make_unique<Installed>(Installed{propagator_from_environment(), nullptr});
  Installed* first = nullptr;
  if (newest.compare_exchange_strong(first, made.get(), std::memory_order_acq_rel,
                                     std::memory_order_acquire))
    first = made.release();  // else another thread's
  return *first->propagator;
}

void set_global_propagator(PropagatorPtr propagator) {
  if (propagator == nullptr) propagator = composite_propagator({});
  auto* const made = new Installed{std::move(propagator), newest.load(std::memory_order_relaxed)};
  while (!newest.compare_exchange_weak(made->before, made, std::memory_order_acq_rel,
                                       std::memory_order_relaxed)) {
  }
}

}  // namespace nanospan

#include "sampling/environment_sampler.h"

#include <utility>

namespace nanospan::sampling {
namespace {

SamplerPtr make_root(const config::SamplerSettings& settings) {
  switch (settings.kind) {
    case config::SamplerKind::kAlwaysOff:
      return always_off();
    case config::SamplerKind::kTraceIdRatio:
      return trace_id_ratio(settings.ratio);
    case config::SamplerKind::kAlwaysOn:
      break;
  }
  return always_on();
}

}  // namespace

SamplerPtr make_sampler(const std::optional<config::SamplerSettings>& settings) {
  const config::SamplerSettings chosen = settings.value_or(config::SamplerSettings{});
  SamplerPtr root = make_root(chosen);
  return chosen.parent_based ? parent_based(std::move(root)) : root;
}

}  // namespace nanospan::sampling

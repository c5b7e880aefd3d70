// The sampler that OTEL_TRACES_SAMPLER asks for.
#pragma once

#include "config/environment.h"
#include "nanospan/sampler.h"

namespace nanospan::sampling {

// Unset: parent_based(always_on()), the specification's default.
[[nodiscard]] SamplerPtr make_sampler(const std::optional<config::SamplerSettings>& settings);

}  // namespace nanospan::sampling

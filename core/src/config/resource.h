// Resource: who recorded the spans. What the process can say of itself, the environment and the
// user say over it.
//
// Threads: any. Errors: what can't be found out is left out.
// Source: OpenTelemetry resource/sdk.md; semantic conventions for service, telemetry, process,
// host and os.
#pragma once

#include <string>
#include <string_view>

#include "config/environment.h"
#include "nanospan/span_batch.h"

namespace nanospan::config {

[[nodiscard]] OwnedAttribute text_attribute(std::string_view key, std::string_view value);
[[nodiscard]] OwnedAttribute number_attribute(std::string_view key, std::int64_t value);

// The value of a string attribute, "" if there is none.
[[nodiscard]] std::string_view find_text(const Resource& resource, std::string_view key) noexcept;

// What `updating` says wins, be it empty; keys stay unique and in order. Schema URLs: the one that
// is set, or equal; two different ones leave none, since neither describes the whole.
[[nodiscard]] Resource merge(Resource base, Resource updating);

// telemetry.sdk.*, process.*, host.*, os.* and the default service.name. The command's arguments
// are left out: they are where secrets stand.
[[nodiscard]] Resource detect_resource();

// Detected, then OTEL_RESOURCE_ATTRIBUTES, then OTEL_SERVICE_NAME, then `user`, then
// `service_name` unless it is empty: the later wins.
[[nodiscard]] Resource make_resource(const EnvironmentSettings& environment, Resource user,
                                     std::string_view service_name);

}  // namespace nanospan::config

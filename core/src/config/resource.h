// Resource: who recorded the spans. What the process can say of itself, the environment and the
// user say over it.
//
// Threads: any. Errors: what can't be found out is left out.
// Source: OpenTelemetry resource/sdk.md; semantic conventions for service, telemetry, process,
// host and os.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "config/environment.h"
#include "nanospan/span_batch.h"

namespace nanospan::config {

using Attributes = std::vector<OwnedAttribute>;

// The attribute of this key: as it was, or new and empty.
OwnedAttribute& attribute_of(Attributes& attributes, std::string_view key);
// They win over what the key had.
void set_text(Attributes& attributes, std::string_view key, std::string_view value);
void set_number(Attributes& attributes, std::string_view key, std::int64_t value);

// The value of a string attribute, "" if there is none.
[[nodiscard]] std::string_view find_text(const Resource& resource, std::string_view key) noexcept;

// telemetry.sdk.*, process.*, host.*, os.* and the default service.name. The command's arguments
// are left out: they are where secrets stand.
[[nodiscard]] Resource detect_resource();

// Detected, then OTEL_RESOURCE_ATTRIBUTES, then OTEL_SERVICE_NAME, then `user`, then
// `service_name` unless it is empty: the later wins.
[[nodiscard]] Resource make_resource(const EnvironmentSettings& environment, const Attributes& user,
                                     std::string_view service_name);

}  // namespace nanospan::config

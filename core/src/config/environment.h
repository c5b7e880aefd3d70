// What OpenTelemetry's environment variables say, read once and checked.
//
// A value that can't be used is ignored and leaves one sentence in `warnings`; a wrong variable
// never keeps a program from running. Empty counts as unset.
// Threads: reading the environment races with setenv() elsewhere, as everywhere: read it at start.
// Source: OpenTelemetry configuration/sdk-environment-variables.md, common.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nanospan/span_batch.h"
#include "nanospan/span_limits.h"

namespace nanospan::config {

enum class SamplerKind : std::uint8_t { kAlwaysOn, kAlwaysOff, kTraceIdRatio };
struct SamplerSettings {
  SamplerKind kind = SamplerKind::kAlwaysOn;
  bool parent_based = true;
  double ratio = 1.0;  // 0..1, of kTraceIdRatio
};

// The least important message that is still shown; nothing is finer than kInfo here.
enum class LogThreshold : std::uint8_t { kOff, kError, kWarning, kInfo };

// Unset: the default of the specification.
struct BatchSettings {  // OTEL_BSP_*
  std::optional<std::uint64_t> schedule_delay_ms;
  std::optional<std::uint64_t> export_timeout_ms;  // 0: no limit
  std::optional<std::uint64_t> queue_spans_max;    // never 0
  std::optional<std::uint64_t> batch_spans_max;    // never 0, never above the queue's
};

struct EnvironmentSettings {
  bool sdk_disabled = false;
  std::string region_directory;                     // NANOSPAN_DIR
  bool recover_on_start = true;                     // NANOSPAN_RECOVER
  bool record_in_children = false;                  // NANOSPAN_FORK
  std::string service_name;                         // OTEL_SERVICE_NAME
  std::vector<OwnedAttribute> resource_attributes;  // texts, decoded, keys unique
  std::vector<std::string> traces_exporters;        // lower case, in order; empty: unset
  std::optional<SamplerSettings> sampler;
  SpanLimits limits;  // the span's own variable goes before the general one
  BatchSettings batch;
  std::optional<LogThreshold> log_threshold;  // OTEL_LOG_LEVEL
  // Sentences for the log. They show no value of a variable that may hold a secret.
  std::vector<std::string> warnings;
};

// The value of a variable, or nullptr.
using GetEnvironment = const char* (*)(const char* name);

// The process's own; nothing in a program that runs with another user's rights (set-user-id).
[[nodiscard]] const char* process_environment(const char* name) noexcept;

[[nodiscard]] EnvironmentSettings read_environment(
    GetEnvironment get_environment = process_environment);

}  // namespace nanospan::config

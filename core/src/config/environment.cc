#include "config/environment.h"

#include <algorithm>
#include <cinttypes>
#include <cstdlib>
#include <string_view>

#include "base/parse.h"
#include "base/sentence.h"
#include "base/utf8.h"
#include "config/variable_reader.h"

namespace nanospan::config {
namespace {

using ResourcePairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::uint64_t kQueueSpansDefault = 2048;  // of OTEL_BSP_MAX_QUEUE_SIZE

std::optional<std::string> decode_text(std::string_view untrusted_text) {
  auto text = base::percent_decode(base::trim(untrusted_text));
  if (text && !base::is_valid_utf8(*text)) return std::nullopt;
  return text;
}

bool add_pair(std::string_view untrusted_member, ResourcePairs& pairs) {
  const std::size_t equals = untrusted_member.find('=');
  if (equals == std::string_view::npos) return false;
  auto key = decode_text(untrusted_member.substr(0, equals));
  auto value = decode_text(untrusted_member.substr(equals + 1));
  if (!key || key->empty() || !value) return false;
  const auto same = std::find_if(pairs.begin(), pairs.end(),
                                 [&](const auto& pair) { return pair.first == *key; });
  if (same != pairs.end()) {
    same->second = std::move(*value);
  } else {
    pairs.emplace_back(std::move(*key), std::move(*value));
  }
  return true;
}

// Nothing of it, if any part is wrong. Source: resource/sdk.md "Specifying resource information".
ResourcePairs read_resource_attributes(VariableReader& reader) {
  constexpr const char* kName = "OTEL_RESOURCE_ATTRIBUTES";
  ResourcePairs pairs;
  bool valid = true;
  base::split(reader.text(kName), ',', [&](std::string_view untrusted_member) {
    untrusted_member = base::trim(untrusted_member);
    if (!untrusted_member.empty() && valid) valid = add_pair(untrusted_member, pairs);
  });
  if (valid) return pairs;
  reader.warn(kName,
              "is ignored as a whole: write key=value pairs with ',' between them, and ',', '=' "
              "and '%' inside of them as %2C, %3D and %25.");
  return {};
}

std::vector<std::string> read_exporters(const VariableReader& reader) {
  std::vector<std::string> names;
  base::split(reader.text("OTEL_TRACES_EXPORTER"), ',', [&](std::string_view name) {
    std::string lower = base::to_lower(base::trim(name));
    const bool known = std::find(names.begin(), names.end(), lower) != names.end();
    if (!lower.empty() && !known) names.push_back(std::move(lower));
  });
  return names;
}

double read_ratio(VariableReader& reader) {
  constexpr const char* kName = "OTEL_TRACES_SAMPLER_ARG";
  const std::string_view value = reader.text(kName);
  if (value.empty()) return 1.0;
  const auto ratio = base::parse_double(value);
  if (ratio && *ratio >= 0 && *ratio <= 1) return *ratio;
  reader.warn(kName, value, "ignored, the ratio is 1; write a number from 0 to 1.");
  return 1.0;
}

std::optional<SamplerSettings> read_sampler(VariableReader& reader) {
  constexpr const char* kName = "OTEL_TRACES_SAMPLER";
  constexpr std::string_view kParentBased = "parentbased_";
  const std::string_view value = reader.text(kName);
  if (value.empty()) return std::nullopt;
  std::string name = base::to_lower(value);
  SamplerSettings settings;
  settings.parent_based = name.compare(0, kParentBased.size(), kParentBased) == 0;
  if (settings.parent_based) name.erase(0, kParentBased.size());
  if (name == "always_on") {
    settings.kind = SamplerKind::kAlwaysOn;
  } else if (name == "always_off") {
    settings.kind = SamplerKind::kAlwaysOff;
  } else if (name == "traceidratio") {
    settings.kind = SamplerKind::kTraceIdRatio;
    settings.ratio = read_ratio(reader);
  } else {
    reader.warn(kName, value,
                "ignored; write always_on, always_off or traceidratio, each also with "
                "\"parentbased_\" before it.");
    return std::nullopt;
  }
  return settings;
}

std::optional<LogThreshold> read_log_threshold(VariableReader& reader) {
  constexpr const char* kName = "OTEL_LOG_LEVEL";
  static constexpr struct {
    char name[8];  // no pointer, which would be a relocation
    LogThreshold threshold;
  } kLevels[] = {
      {"none", LogThreshold::kOff},        {"off", LogThreshold::kOff},
      {"error", LogThreshold::kError},     {"warn", LogThreshold::kWarning},
      {"warning", LogThreshold::kWarning}, {"info", LogThreshold::kInfo},
      {"debug", LogThreshold::kInfo},      {"trace", LogThreshold::kInfo},
      {"verbose", LogThreshold::kInfo},
  };
  const std::string_view value = reader.text(kName);
  if (value.empty()) return std::nullopt;
  for (const auto& [name, threshold] : kLevels) {
    if (base::equal_ignoring_case(value, name)) return threshold;
  }
  reader.warn(kName, value, "ignored; write none, error, warn, info, debug or trace.");
  return std::nullopt;
}

// The variable of the span alone, or else the general one. Source: common/README.md "Attribute
// Limits".
std::optional<std::uint64_t> first_of(VariableReader& reader, const char* own,
                                      const char* general) {
  const auto own_limit = reader.number(own);
  const auto general_limit = reader.number(general);
  return own_limit ? own_limit : general_limit;
}

LimitSettings read_limits(VariableReader& reader) {
  LimitSettings limits;
  limits.span_attributes_max =
      first_of(reader, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT");
  limits.value_characters_max = first_of(reader, "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
                                         "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT");
  limits.events_max = reader.number("OTEL_SPAN_EVENT_COUNT_LIMIT");
  limits.links_max = reader.number("OTEL_SPAN_LINK_COUNT_LIMIT");
  limits.event_attributes_max = reader.number("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT");
  limits.link_attributes_max = reader.number("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT");
  return limits;
}

BatchSettings read_batch(VariableReader& reader) {
  constexpr const char* kBatchName = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE";
  BatchSettings batch;
  batch.schedule_delay_ms = reader.number("OTEL_BSP_SCHEDULE_DELAY");
  batch.export_timeout_ms = reader.number("OTEL_BSP_EXPORT_TIMEOUT");
  batch.queue_spans_max = reader.number("OTEL_BSP_MAX_QUEUE_SIZE", 1);
  batch.batch_spans_max = reader.number(kBatchName, 1);
  const std::uint64_t queue = batch.queue_spans_max.value_or(kQueueSpansDefault);
  if (batch.batch_spans_max > queue) {
    const std::string sentence = base::sentence(
        "is above OTEL_BSP_MAX_QUEUE_SIZE: taken as %" PRIu64 ", the size of the queue.", queue);
    reader.warn(kBatchName, sentence.c_str());
    batch.batch_spans_max = queue;
  }
  return batch;
}

}  // namespace

const char* process_environment(const char* name) noexcept {
  return ::secure_getenv(name);
}

EnvironmentSettings read_environment(const GetEnvironment& get_environment) {
  EnvironmentSettings settings;
  VariableReader reader(get_environment, settings.warnings);
  settings.sdk_disabled = reader.boolean("OTEL_SDK_DISABLED");
  settings.region_directory = reader.text("NANOSPAN_DIR");
  settings.recover_on_start = reader.boolean("NANOSPAN_RECOVER", true);
  settings.record_in_children = reader.boolean("NANOSPAN_FORK");
  settings.service_name = reader.text("OTEL_SERVICE_NAME");
  settings.resource_attributes = read_resource_attributes(reader);
  settings.traces_exporters = read_exporters(reader);
  settings.sampler = read_sampler(reader);
  settings.limits = read_limits(reader);
  settings.batch = read_batch(reader);
  settings.log_threshold = read_log_threshold(reader);
  if (!reader.text("OTEL_CONFIG_FILE").empty()) {
    reader.warn("OTEL_CONFIG_FILE", "is not read by this version: the other variables count.");
  }
  return settings;
}

}  // namespace nanospan::config

#include "config/environment.h"

#include <algorithm>
#include <cinttypes>
#include <cstdlib>
#include <string_view>

#include "base/parse.h"
#include "base/sentence.h"
#include "base/utf8.h"
#include "config/resource.h"
#include "config/variable_reader.h"

namespace nanospan::config {
namespace {

constexpr std::uint64_t kQueueSpansDefault = 2048;  // of OTEL_BSP_MAX_QUEUE_SIZE

std::optional<std::string> decode_text(std::string_view untrusted_text) {
  auto text = base::percent_decode(base::trim(untrusted_text));
  if (text && !base::is_valid_utf8(*text)) return std::nullopt;
  return text;
}

bool add_pair(std::string_view untrusted_member, Attributes& into) {
  const std::size_t equals = untrusted_member.find('=');
  if (equals == std::string_view::npos) return false;
  const auto key = decode_text(untrusted_member.substr(0, equals));
  const auto value = decode_text(untrusted_member.substr(equals + 1));
  if (!key || key->empty() || !value) return false;
  set_text(into, *key, *value);
  return true;
}

// Nothing of it, if any part is wrong. Source: resource/sdk.md "Specifying resource information".
void read_resource_attributes(VariableReader& reader, Attributes& into) {
  constexpr const char* kName = "OTEL_RESOURCE_ATTRIBUTES";
  bool valid = true;
  base::split(reader.text(kName), ',', [&](std::string_view untrusted_member) {
    untrusted_member = base::trim(untrusted_member);
    if (!untrusted_member.empty() && valid) valid = add_pair(untrusted_member, into);
  });
  if (valid) return;
  into.clear();
  reader.warn(kName,
              "is ignored as a whole: write key=value pairs with ',' between them, and ',', '=' "
              "and '%' inside of them as %2C, %3D and %25.");
}

bool contains(const std::vector<std::string>& names, const std::string& wanted) {
  for (const std::string& name : names)
    if (name == wanted) return true;
  return false;
}

void read_exporters(const VariableReader& reader, std::vector<std::string>& names) {
  base::split(reader.text("OTEL_TRACES_EXPORTER"), ',', [&](std::string_view name) {
    std::string lower = base::to_lower(base::trim(name));
    if (!lower.empty() && !contains(names, lower)) names.push_back(std::move(lower));
  });
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
  const std::string lower = base::to_lower(value);
  std::string_view name = lower;
  SamplerSettings settings;
  settings.parent_based = name.starts_with(kParentBased);
  if (settings.parent_based) name.remove_prefix(kParentBased.size());
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

// The first that is set. Source: common/README.md "Attribute Limits".
void read_limit(VariableReader& reader, std::uint32_t& limit, const char* own,
                const char* general = nullptr) {
  auto set = reader.number(own);
  if (general != nullptr) {
    const auto otherwise = reader.number(general);
    if (!set) set = otherwise;
  }
  if (set) limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(*set, 0xffffffff));
}

void read_limits(VariableReader& reader, SpanLimits& limits) {
  read_limit(reader, limits.attributes, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
             "OTEL_ATTRIBUTE_COUNT_LIMIT");
  read_limit(reader, limits.value_characters, "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
             "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT");
  read_limit(reader, limits.events, "OTEL_SPAN_EVENT_COUNT_LIMIT");
  read_limit(reader, limits.links, "OTEL_SPAN_LINK_COUNT_LIMIT");
  read_limit(reader, limits.event_attributes, "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT");
  read_limit(reader, limits.link_attributes, "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT");
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

EnvironmentSettings read_environment(GetEnvironment get_environment) {
  EnvironmentSettings settings;
  VariableReader reader(get_environment, settings.warnings);
  settings.sdk_disabled = reader.boolean("OTEL_SDK_DISABLED");
  settings.region_directory = reader.text("NANOSPAN_DIR");
  settings.recover_on_start = reader.boolean("NANOSPAN_RECOVER", true);
  settings.record_in_children = reader.boolean("NANOSPAN_FORK");
  settings.service_name = reader.text("OTEL_SERVICE_NAME");
  read_resource_attributes(reader, settings.resource_attributes);
  read_exporters(reader, settings.traces_exporters);
  settings.sampler = read_sampler(reader);
  read_limits(reader, settings.limits);
  settings.batch = read_batch(reader);
  settings.log_threshold = read_log_threshold(reader);
  if (!reader.text("OTEL_CONFIG_FILE").empty()) {
    reader.warn("OTEL_CONFIG_FILE", "is not read by this version: the other variables count.");
  }
  return settings;
}

}  // namespace nanospan::config

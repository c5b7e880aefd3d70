#include "config/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace nanospan::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

EnvironmentSettings read(const std::map<std::string, std::string>& variables) {
  static const std::map<std::string, std::string>* all;
  all = &variables;
  return read_environment([](const char* name) -> const char* {
    const auto found = all->find(name);
    return found == all->end() ? nullptr : found->second.c_str();
  });
}

MATCHER_P2(IsText, key, text, "") {
  return arg.key == key && arg.type == ValueType::kString && arg.text == text;
}

TEST(Environment, UnsetLeavesEveryDefault) {
  const auto settings = read({});
  EXPECT_FALSE(settings.sdk_disabled);
  EXPECT_EQ(settings.service_name, "");
  EXPECT_EQ(settings.region_directory, "");
  EXPECT_THAT(settings.resource_attributes, IsEmpty());
  EXPECT_THAT(settings.traces_exporters, IsEmpty());
  EXPECT_FALSE(settings.sampler.has_value());
  EXPECT_FALSE(settings.log_threshold.has_value());
  EXPECT_EQ(settings.limits.attributes, SpanLimits{}.attributes);
  EXPECT_FALSE(settings.batch.schedule_delay_ms.has_value());
  EXPECT_THAT(settings.warnings, IsEmpty());
}

TEST(Environment, EmptyAndBlankCountAsUnset) {
  for (const char* value : {"", " \t"}) {
    const auto settings = read({{"OTEL_SDK_DISABLED", value},
                                {"OTEL_SERVICE_NAME", value},
                                {"OTEL_RESOURCE_ATTRIBUTES", value},
                                {"OTEL_TRACES_EXPORTER", value},
                                {"OTEL_TRACES_SAMPLER", value},
                                {"OTEL_TRACES_SAMPLER_ARG", value},
                                {"OTEL_SPAN_EVENT_COUNT_LIMIT", value},
                                {"OTEL_BSP_SCHEDULE_DELAY", value},
                                {"OTEL_LOG_LEVEL", value},
                                {"OTEL_CONFIG_FILE", value}});
    EXPECT_FALSE(settings.sampler.has_value());
    EXPECT_EQ(settings.limits.events, SpanLimits{}.events);
    EXPECT_THAT(settings.traces_exporters, IsEmpty());
    EXPECT_THAT(settings.warnings, IsEmpty());
  }
}

TEST(Environment, OnlyTrueIsTrue) {
  for (const char* value : {"true", "TRUE", "True", " true "}) {
    EXPECT_TRUE(read({{"OTEL_SDK_DISABLED", value}}).sdk_disabled) << value;
  }
  EXPECT_THAT(read({{"OTEL_SDK_DISABLED", "False"}}).warnings, IsEmpty());
  for (const char* value : {"1", "yes", "on", "truee"}) {
    const auto settings = read({{"OTEL_SDK_DISABLED", value}});
    EXPECT_FALSE(settings.sdk_disabled) << value;
    EXPECT_THAT(settings.warnings, ElementsAre(HasSubstr("OTEL_SDK_DISABLED"))) << value;
  }
}

TEST(Environment, DecodesResourceAttributes) {
  const auto settings = read({{"OTEL_RESOURCE_ATTRIBUTES",
                               "a=1, b = two words ,c%2Cd=%3D%25,empty=,a=last,,café=%C3%A9"}});
  EXPECT_THAT(settings.resource_attributes,
              ElementsAre(IsText("a", "last"), IsText("b", "two words"), IsText("c,d", "=%"),
                          IsText("empty", ""), IsText("café", "é")));
  EXPECT_THAT(settings.warnings, IsEmpty());
}

TEST(Environment, AnyErrorDiscardsAllResourceAttributes) {
  for (const char* value : {"a=1,b", "a=1,=2", "a=1,b=%zz", "a=1,b=%4", "a=1,b=%ff", "%ff=1"}) {
    const auto settings = read({{"OTEL_RESOURCE_ATTRIBUTES", value}});
    EXPECT_THAT(settings.resource_attributes, IsEmpty()) << value;
    EXPECT_THAT(settings.warnings, ElementsAre(HasSubstr("OTEL_RESOURCE_ATTRIBUTES"))) << value;
  }
}

TEST(Environment, ShowsNoValueOfResourceAttributes) {
  const auto settings = read({{"OTEL_RESOURCE_ATTRIBUTES", "token=hunter2,broken"}});
  ASSERT_EQ(settings.warnings.size(), 1u);
  EXPECT_THAT(settings.warnings[0], Not(HasSubstr("hunter2")));
}

TEST(Environment, ListsExportersOnceEach) {
  const auto settings = read({{"OTEL_TRACES_EXPORTER", "OTLP/stdout, console,,console"}});
  EXPECT_THAT(settings.traces_exporters, ElementsAre("otlp/stdout", "console"));
}

TEST(Environment, NamesEverySampler) {
  const struct {
    const char* name;
    SamplerKind kind;
    bool parent_based;
  } cases[] = {
      {"always_on", SamplerKind::kAlwaysOn, false},
      {"always_off", SamplerKind::kAlwaysOff, false},
      {"traceidratio", SamplerKind::kTraceIdRatio, false},
      {"parentbased_always_on", SamplerKind::kAlwaysOn, true},
      {"parentbased_always_off", SamplerKind::kAlwaysOff, true},
      {"ParentBased_TraceIdRatio", SamplerKind::kTraceIdRatio, true},
  };
  for (const auto& each : cases) {
    const auto settings = read({{"OTEL_TRACES_SAMPLER", each.name}});
    ASSERT_TRUE(settings.sampler.has_value()) << each.name;
    EXPECT_EQ(settings.sampler->kind, each.kind) << each.name;
    EXPECT_EQ(settings.sampler->parent_based, each.parent_based) << each.name;
    EXPECT_EQ(settings.sampler->ratio, 1.0);
    EXPECT_THAT(settings.warnings, IsEmpty());
  }
}

TEST(Environment, WarnsOfASamplerItDoesNotKnow) {
  for (const char* value :
       {"jaeger_remote", "parentbased_jaeger_remote", "parentbased_", "ratio"}) {
    const auto settings = read({{"OTEL_TRACES_SAMPLER", value}});
    EXPECT_FALSE(settings.sampler.has_value()) << value;
    EXPECT_THAT(settings.warnings, ElementsAre(HasSubstr(value)));
  }
}

TEST(Environment, ReadsTheRatioOfARatioSamplerAlone) {
  const auto ratio = [](const char* argument) {
    return read({{"OTEL_TRACES_SAMPLER", "traceidratio"}, {"OTEL_TRACES_SAMPLER_ARG", argument}});
  };
  EXPECT_EQ(ratio("0.25").sampler->ratio, 0.25);
  EXPECT_EQ(ratio("0").sampler->ratio, 0.0);
  EXPECT_EQ(ratio("1e-4").sampler->ratio, 1e-4);
  for (const char* argument : {"2", "-0.1", "nan", "half", "0.5x"}) {
    EXPECT_EQ(ratio(argument).sampler->ratio, 1.0) << argument;
    EXPECT_THAT(ratio(argument).warnings, ElementsAre(HasSubstr("OTEL_TRACES_SAMPLER_ARG")));
  }
  EXPECT_THAT(
      read({{"OTEL_TRACES_SAMPLER", "always_on"}, {"OTEL_TRACES_SAMPLER_ARG", "any"}}).warnings,
      IsEmpty());
}

TEST(Environment, ASpansOwnLimitGoesBeforeTheGeneralOne) {
  auto settings =
      read({{"OTEL_ATTRIBUTE_COUNT_LIMIT", "10"}, {"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "20"}});
  EXPECT_EQ(settings.limits.attributes, 10u);
  EXPECT_EQ(settings.limits.value_characters, 20u);
  settings = read({{"OTEL_ATTRIBUTE_COUNT_LIMIT", "10"},
                   {"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "0"},
                   {"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "20"},
                   {"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "5"}});
  EXPECT_EQ(settings.limits.attributes, 0u);
  EXPECT_EQ(settings.limits.value_characters, 5u);
}

TEST(Environment, ReadsTheOtherLimitsAndTheBatchSettings) {
  const auto settings = read({{"OTEL_SPAN_EVENT_COUNT_LIMIT", "1"},
                              {"OTEL_SPAN_LINK_COUNT_LIMIT", "2"},
                              {"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "3"},
                              {"OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "4"},
                              {"OTEL_BSP_SCHEDULE_DELAY", "100"},
                              {"OTEL_BSP_EXPORT_TIMEOUT", "0"},
                              {"OTEL_BSP_MAX_QUEUE_SIZE", "4096"},
                              {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096"}});
  EXPECT_EQ(settings.limits.events, 1u);
  EXPECT_EQ(settings.limits.links, 2u);
  EXPECT_EQ(settings.limits.event_attributes, 3u);
  EXPECT_EQ(settings.limits.link_attributes, 4u);
  EXPECT_EQ(settings.batch.schedule_delay_ms, 100u);
  EXPECT_EQ(settings.batch.export_timeout_ms, 0u);
  EXPECT_EQ(settings.batch.queue_spans_max, 4096u);
  EXPECT_EQ(settings.batch.batch_spans_max, 4096u);
  EXPECT_THAT(settings.warnings, IsEmpty());
}

TEST(Environment, ABadNumberIsUnsetAndSaidSo) {
  for (const char* value : {"-1", "ten", "1.5", "1s", "99999999999999999999"}) {
    const auto settings = read({{"OTEL_SPAN_LINK_COUNT_LIMIT", value}});
    EXPECT_EQ(settings.limits.links, SpanLimits{}.links) << value;
    EXPECT_THAT(settings.warnings, ElementsAre(HasSubstr("OTEL_SPAN_LINK_COUNT_LIMIT"))) << value;
  }
  EXPECT_EQ(read({{"OTEL_BSP_MAX_QUEUE_SIZE", "0"}}).warnings.size(), 1u);
}

TEST(Environment, ABatchIsNeverLargerThanTheQueue) {
  auto settings = read({{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "5000"}});
  EXPECT_EQ(settings.batch.batch_spans_max, 2048u);
  EXPECT_EQ(settings.warnings.size(), 1u);
  settings = read({{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "11"}, {"OTEL_BSP_MAX_QUEUE_SIZE", "10"}});
  EXPECT_EQ(settings.batch.batch_spans_max, 10u);
}

TEST(Environment, ReadsTheLogLevel) {
  EXPECT_EQ(read({{"OTEL_LOG_LEVEL", "Warn"}}).log_threshold, LogThreshold::kWarning);
  EXPECT_EQ(read({{"OTEL_LOG_LEVEL", "DEBUG"}}).log_threshold, LogThreshold::kInfo);
  EXPECT_EQ(read({{"OTEL_LOG_LEVEL", "none"}}).log_threshold, LogThreshold::kOff);
  const auto settings = read({{"OTEL_LOG_LEVEL", "loud"}});
  EXPECT_FALSE(settings.log_threshold.has_value());
  EXPECT_THAT(settings.warnings, ElementsAre(HasSubstr("\"loud\"")));
}

TEST(Environment, AWarningIsOnePrintableLine) {
  const auto settings = read({{"OTEL_LOG_LEVEL", "a\nb\x1b[31m\xff" + std::string(1000, 'x')}});
  ASSERT_EQ(settings.warnings.size(), 1u);
  EXPECT_LT(settings.warnings[0].size(), 250u);
  EXPECT_THAT(settings.warnings[0], HasSubstr("a?b?[31m\uFFFD"));
}

TEST(Environment, SaysThatAConfigurationFileIsNotRead) {
  EXPECT_THAT(read({{"OTEL_CONFIG_FILE", "otel.yaml"}}).warnings,
              ElementsAre(HasSubstr("OTEL_CONFIG_FILE")));
}

TEST(Environment, KeepsThePlaceOfRegions) {
  EXPECT_EQ(read({{"NANOSPAN_DIR", "/run/spans"}}).region_directory, "/run/spans");
}

TEST(Environment, RecoversUnlessToldNotTo) {
  EXPECT_TRUE(read({}).recover_on_start);
  EXPECT_FALSE(read({{"NANOSPAN_RECOVER", "False"}}).recover_on_start);
  const auto settings = read({{"NANOSPAN_RECOVER", "no"}});
  EXPECT_TRUE(settings.recover_on_start);
  EXPECT_THAT(settings.warnings, ElementsAre(HasSubstr("NANOSPAN_RECOVER")));
}

TEST(Environment, LeavesForkedChildrenUntracedUnlessToldNotTo) {
  EXPECT_FALSE(read({}).record_in_children);
  EXPECT_TRUE(read({{"NANOSPAN_FORK", "TRUE"}}).record_in_children);
}

TEST(Environment, IsTheProcessesOwnUnlessToldOtherwise) {
  ASSERT_EQ(setenv("OTEL_SERVICE_NAME", "shop", 1), 0);
  const auto settings = read_environment();
  unsetenv("OTEL_SERVICE_NAME");
  EXPECT_EQ(settings.service_name, "shop");
}

}  // namespace
}  // namespace nanospan::config

#include "config/resource.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/utf8.h"

namespace nanospan::config {
namespace {

Resource of(std::initializer_list<std::pair<const char*, const char*>> pairs) {
  Resource resource;
  for (const auto& [key, value] : pairs) resource.attributes.push_back(text_attribute(key, value));
  return resource;
}

TEST(Resource, TheUpdatingOneWins) {
  const auto merged = merge(of({{"a", "1"}, {"b", "2"}}), of({{"b", "3"}, {"c", "4"}}));
  ASSERT_EQ(merged.attributes.size(), 3u);
  EXPECT_EQ(merged.attributes[0].key, "a");
  EXPECT_EQ(find_text(merged, "a"), "1");
  EXPECT_EQ(find_text(merged, "b"), "3");
  EXPECT_EQ(find_text(merged, "c"), "4");
}

TEST(Resource, AnEmptyValueWinsToo) {
  const auto merged = merge(of({{"a", "1"}}), of({{"a", ""}}));
  ASSERT_EQ(merged.attributes.size(), 1u);
  EXPECT_EQ(merged.attributes[0].type, ValueType::kString);
  EXPECT_EQ(merged.attributes[0].text, "");
}

TEST(Resource, AValueMayChangeItsType) {
  Resource updating;
  updating.attributes.push_back(number_attribute("a", 7));
  const auto merged = merge(of({{"a", "1"}}), updating);
  ASSERT_EQ(merged.attributes.size(), 1u);
  EXPECT_EQ(merged.attributes[0].type, ValueType::kInt64);
  EXPECT_EQ(merged.attributes[0].number, 7);
}

TEST(Resource, SchemaUrlsThatDifferLeaveNone) {
  const auto merged_url = [](const char* base, const char* updating) {
    Resource left, right;
    left.schema_url = base;
    right.schema_url = updating;
    return merge(left, right).schema_url;
  };
  EXPECT_EQ(merged_url("", "x"), "x");
  EXPECT_EQ(merged_url("x", ""), "x");
  EXPECT_EQ(merged_url("x", "x"), "x");
  EXPECT_EQ(merged_url("x", "y"), "");
}

TEST(DetectedResource, NamesTheProcess) {
  const auto resource = detect_resource();
  EXPECT_EQ(find_text(resource, "service.name"), "unknown_service:config_test");
  EXPECT_EQ(find_text(resource, "process.executable.name"), "config_test");
  EXPECT_TRUE(find_text(resource, "process.executable.path").ends_with("/config_test"));
  EXPECT_NE(find_text(resource, "process.command"), "");
  const auto pid = std::find_if(resource.attributes.begin(), resource.attributes.end(),
                                [](const auto& each) { return each.key == "process.pid"; });
  ASSERT_NE(pid, resource.attributes.end());
  EXPECT_EQ(pid->type, ValueType::kInt64);
  EXPECT_EQ(pid->number, getpid());
}

TEST(DetectedResource, NamesTheRecorderAndTheHost) {
  const auto resource = detect_resource();
  EXPECT_EQ(find_text(resource, "telemetry.sdk.name"), "nanospan");
  EXPECT_EQ(find_text(resource, "telemetry.sdk.language"), "cpp");
  EXPECT_THAT(std::string(find_text(resource, "telemetry.sdk.version")),
              testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  char host[256] = {};
  ASSERT_EQ(gethostname(host, sizeof(host) - 1), 0);
  EXPECT_EQ(find_text(resource, "host.name"), host);
  EXPECT_NE(find_text(resource, "host.arch"), "");
  EXPECT_NE(find_text(resource, "host.arch"), "x86_64") << "the convention says amd64";
  EXPECT_EQ(find_text(resource, "os.type"), "linux");
}

TEST(DetectedResource, HasUniqueKeysAndNoArguments) {
  const auto resource = detect_resource();
  std::set<std::string> keys;
  for (const auto& each : resource.attributes) {
    EXPECT_TRUE(keys.insert(each.key).second) << each.key;
  }
  EXPECT_EQ(keys.count("process.command_args"), 0u);
  EXPECT_EQ(keys.count("process.command_line"), 0u);
}

TEST(MadeResource, TheLaterSourceWins) {
  EnvironmentSettings environment;
  environment.resource_attributes = {
      {"service.name", "from attributes"}, {"deployment.environment.name", "test"}, {"a", "1"}};
  EXPECT_EQ(find_text(make_resource(environment, {}, ""), "service.name"), "from attributes");

  environment.service_name = "from variable";
  EXPECT_EQ(find_text(make_resource(environment, {}, ""), "service.name"), "from variable");

  const auto user = of({{"service.name", "from resource"}, {"a", "2"}});
  const auto resource = make_resource(environment, user, "");
  EXPECT_EQ(find_text(resource, "service.name"), "from resource");
  EXPECT_EQ(find_text(resource, "a"), "2");
  EXPECT_EQ(find_text(resource, "deployment.environment.name"), "test");

  EXPECT_EQ(find_text(make_resource(environment, user, "from option"), "service.name"),
            "from option");
}

TEST(MadeResource, HoldsValidTextAlone) {
  EnvironmentSettings environment;
  environment.service_name = "shop\xff";
  EXPECT_EQ(find_text(make_resource(environment, {}, ""), "service.name"), "shop\uFFFD");
}

}  // namespace
}  // namespace nanospan::config

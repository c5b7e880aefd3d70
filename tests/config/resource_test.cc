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

Attributes of(std::initializer_list<std::pair<const char*, const char*>> pairs) {
  Attributes attributes;
  for (const auto& [key, value] : pairs) set_text(attributes, key, value);
  return attributes;
}

TEST(Attributes, TheLaterValueWinsBeItEmpty) {
  const Attributes set = of({{"a", "1"}, {"b", "2"}, {"a", ""}});
  ASSERT_EQ(set.size(), 2u);
  EXPECT_EQ(set[0].key, "a");
  EXPECT_EQ(set[0].type, ValueType::kString);
  EXPECT_EQ(set[0].text, "");
  EXPECT_EQ(set[1].text, "2");
}

TEST(Attributes, AValueMayChangeItsType) {
  Attributes set = of({{"a", "1"}});
  set_number(set, "a", 7);
  ASSERT_EQ(set.size(), 1u);
  EXPECT_EQ(set[0].type, ValueType::kInt64);
  EXPECT_EQ(set[0].number, 7);
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
  environment.resource_attributes = of(
      {{"service.name", "from attributes"}, {"deployment.environment.name", "test"}, {"a", "1"}});
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

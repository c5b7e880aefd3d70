#include <gtest/gtest.h>

#include <thread>

#include "plugin_library.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::is_mapped;
using test::Plugin;
using test::Recording;

void record_in_host() {
  NANOSPAN_SCOPE(span, "host callback");
}

class Plugins : public testing::TestWithParam<const char*> {};

TEST_P(Plugins, ShareTheRecorderAndTheThreadsLane) {
  Recording recording;
  const Plugin plugin(GetParam());
  {
    NANOSPAN_SCOPE(host, "host");
    plugin.record(7, record_in_host);
  }
  const SpanData host = recording.span("host"), inside = recording.span("plugin");
  EXPECT_EQ(inside.parent_span_id, host.span_id);
  EXPECT_EQ(recording.span("host callback").parent_span_id, inside.span_id);
  EXPECT_EQ(test::shown(inside.attributes), "number=7");
  for (const char* name : {"plugin shared template", "plugin inline", "plugin lambda"})
    EXPECT_EQ(recording.span(name).parent_span_id, inside.span_id);
  EXPECT_EQ(recording.spans("plugin template").size(), 2u);
  EXPECT_EQ(recording.span("plugin detached").parent_span_id, inside.span_id);
  recording.expect_balanced_at_rest();
}

TEST_P(Plugins, AreUnloadedByDlclose) {
  Recording recording;
  ASSERT_FALSE(is_mapped(GetParam()));
  for (int round = 0; round < 5; ++round) {
    {
      const Plugin plugin(GetParam());
      EXPECT_TRUE(is_mapped(GetParam()));
      plugin.record(round);
      std::thread([&] { plugin.record(100); }).join();
    }
    EXPECT_FALSE(is_mapped(GetParam())) << "Something pins the plugin in memory.";
  }
  // Names are copied: they outlive the module that had them.
  EXPECT_EQ(recording.spans("plugin").size(), 10u);
  EXPECT_EQ(recording.spans("plugin lambda").size(), 10u);
  recording.expect_balanced_at_rest();
}

TEST(PluginsWithoutSpans, AreUnloadedByDlclose) {
  Recording recording;
  {
    const Plugin plugin(PLUGIN_DISABLED);
    plugin.record(1);
  }
  EXPECT_FALSE(is_mapped(PLUGIN_DISABLED));
  EXPECT_EQ(recording.accounting().started, 0u);
}

TEST_P(Plugins, LoadedBeforeARecorderRecordOnceThereIsOne) {
  const Plugin plugin(GetParam());
  plugin.record(1);
  for (int round = 0; round < 2; ++round) {
    Recording recording;
    plugin.record(2);
    EXPECT_EQ(recording.spans("plugin").size(), 1u);
  }
  plugin.record(3);
}

#ifdef OTHER_COMPILERS_PLUGIN
INSTANTIATE_TEST_SUITE_P(BothCompilers, Plugins,
                         testing::Values(PLUGIN, PLUGIN_HIDDEN, OTHER_COMPILERS_PLUGIN));
#else
INSTANTIATE_TEST_SUITE_P(ThisCompiler, Plugins, testing::Values(PLUGIN, PLUGIN_HIDDEN));
#endif

TEST(SecondCore, IsRefusedWithASentence) {
  Recording recording;
  const Plugin plugin(PLUGIN_WITH_A_CORE);
  testing::internal::CaptureStderr();
  plugin.record(1);
  plugin.record(2);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("second copy of nanospan's core"), std::string::npos) << said;
  EXPECT_EQ(said.find("second copy"), said.rfind("second copy")) << "Said once: " << said;
  { NANOSPAN_SCOPE(host, "host"); }
  EXPECT_EQ(recording.spans().size(), 1u);
}

}  // namespace
}  // namespace nanospan

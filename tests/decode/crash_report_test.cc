// What a crash handler wrote, read from any bytes.
#include <signal.h>

#include "decode/crash_event.h"
#include "decode/crash_report.h"
#include "decode/reader_fixture.h"

namespace nanospan::test {
namespace {

using decode::CrashReport;
using format::CrashPage;

class CrashReportTest : public ReaderTest {
 protected:
  CrashPage& crash_on(std::uint64_t span_id) {
    CrashPage& page = region.add_crash_page();
    page.kind = static_cast<std::uint64_t>(format::CrashKind::kSignal);
    page.signal = SIGSEGV;
    page.code = SEGV_ACCERR;
    page.address = 0x1234;
    page.lane = 1;
    page.span_id = span_id;
    page.ticks = 1500;
    page.frames[0] = page.pc = 0x5010;
    page.frames[1] = 0x9999;
    page.frame_count = 2;
    page.begun = page.written = 1;
    format::Module& module = region.module(3);  // not the first: entries come and go
    module.end = 0x6000;
    module.bias = 0x4000;
    module.build_id[0] = 0xcdab;
    module.build_id_bytes = 2;
    std::memcpy(static_cast<void*>(module.path), "/bin/service", 12);
    module.path_bytes = 12;
    module.first = 0x5000;
    return page;
  }
};

TEST_F(CrashReportTest, IsNoneWithoutACrash) {
  EXPECT_FALSE(decode::read_crash(view()));  // version 1.0: there is no page
  region.add_crash_page();
  EXPECT_FALSE(decode::read_crash(view()));
}

TEST_F(CrashReportTest, TellsFramesByModuleAndOffset) {
  crash_on(8);
  const auto report = decode::read_crash(view());
  ASSERT_TRUE(report);
  EXPECT_EQ(decode::crash_type(*report), "SIGSEGV");
  EXPECT_EQ(decode::crash_message(*report), "access not permitted, at 0x1234");
  EXPECT_EQ(decode::raw_stack_trace(*report),
            "#0  0x5010 in /bin/service+0x1010 (build id abcd)\n#1  0x9999\n");
}

TEST_F(CrashReportTest, IsAnEventOfTheSpanThatWasCurrent) {
  const auto lane = region.add_lane(16);
  for (const std::uint64_t id : {8u, 9u}) {
    TestSpan span;
    span.id = id;
    region.open(region.open_slot(lane, static_cast<std::uint32_t>(id)), span);
  }
  decode::OpenAddition addition{9, decode::crash_event({"T", "M", "S"}, 1600)};
  decode::RegionReader reader(view());
  ASSERT_EQ(reader.read_open(batch, 5000, &addition), 2u);
  EXPECT_TRUE(addition.was_added);
  std::string events;
  for (const SpanView span : batch.batch())
    span.for_each_event([&](const EventView& event) {
      events += std::to_string(span.span_id().value) + " " + std::string(event.name) + " " +
                std::to_string(event.time_unix_ns);
      event.for_each_attribute([&](const AttributeView& attribute) {
        events += " " + std::string(attribute.key) + "=" + std::string(attribute.value.as_string());
      });
    });
  EXPECT_EQ(events, "9 exception 1600 exception.type=T exception.message=M exception.stacktrace=S");
}

std::string type_text(const std::string& mangled) {
  CrashReport report;
  report.kind = format::CrashKind::kTerminate;
  report.exception_type = mangled;
  return decode::crash_type(report);
}

TEST(CrashTypeTest, NamesTypesAsTheSourceHasThem) {
  EXPECT_EQ(type_text("St13runtime_error"), "std::runtime_error");
  EXPECT_EQ(type_text("N5boost10wrapexceptINS_6system12system_errorEEE"),
            "boost::wrapexcept<boost::system::system_error>");
  EXPECT_EQ(type_text("12HTTP_TIMEOUT"), "HTTP_TIMEOUT");
  EXPECT_EQ(type_text("no type"), "no type");
}

// A<B, B> where B is A<C, C>, and so on: in words 250 MB.
TEST(CrashTypeTest, LeavesANameThatGrowsWithoutBoundsAsItIs) {
  std::string bomb = "1AI", end;
  for (char level = '0'; level < '0' + 24; ++level) {
    bomb += "S_I";
    end += "S" + std::string(1, level <= '9' ? level : static_cast<char>(level + 7)) + "_E";
  }
  bomb += "iiE" + end;
  ASSERT_LE(bomb.size(), format::kCrashTypeBytes);
  EXPECT_EQ(type_text(bomb), bomb);
  // A template's pack, printed once for each of its elements within itself.
  const std::string packs = "Z1fIJiiiiiiiiiiEEvDp1AIT_Dp1BIT_Dp1CIT_DpT_EEEE1B";
  EXPECT_EQ(type_text(packs), packs);
}

TEST_F(CrashReportTest, ALongStackIsCutToWhatAnEventHolds) {
  const std::string stack(1u << 20, 'x');
  const auto words = decode::crash_event({stack, stack, stack}, 1);
  EXPECT_LT(words.size() * 8, std::size_t{detail::kElementBytesMax});
  EXPECT_EQ(words.size(), detail::element_words(words[0]));
}

TEST_F(CrashReportTest, ADeathWithinTheHandlerIsTorn) {
  CrashPage& page = crash_on(8);
  page.written = 0;
  ASSERT_TRUE(decode::read_crash(view()));
  EXPECT_TRUE(decode::read_crash(view())->torn);
  page.written = 1;
  page.begun = 2;
  EXPECT_TRUE(decode::read_crash(view())->torn);
}

TEST_F(CrashReportTest, CountsAndLengthsThatLieAreCut) {
  CrashPage& page = crash_on(8);
  page.frame_count = page.type_bytes = page.message_bytes = page.signal = page.lane = ~0ull;
  region.module(3).path_bytes = region.module(3).build_id_bytes = ~0ull;
  const auto report = decode::read_crash(view());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->frames.size(), std::size_t{format::kCrashFrames});
  EXPECT_EQ(report->exception_type.size(), std::size_t{format::kCrashTypeBytes});
  EXPECT_EQ(report->exception_message.size(), std::size_t{format::kCrashMessageBytes});
  EXPECT_FALSE(report->lane);
  EXPECT_EQ(report->modules[0].path.size(), std::size_t{format::kModulePathBytes});
  EXPECT_EQ(report->modules[0].build_id.size(), std::size_t{format::kBuildIdBytes});
  EXPECT_FALSE(decode::raw_stack_trace(*report).empty());
}

TEST_F(CrashReportTest, APageOutsideTheFileIsNone) {
  crash_on(8);
  for (const std::uint64_t at :
       {region.size() - format::kPage, std::uint64_t{64}, ~std::uint64_t{63}}) {
    region.header().crash_offset = at;
    EXPECT_FALSE(decode::read_crash(view())) << at;
  }
}

TEST_F(CrashReportTest, IsTheLastSignOfLife) {
  crash_on(8);
  EXPECT_EQ(decode::time_of_death_ticks(view()), 1500u);
}

}  // namespace
}  // namespace nanospan::test

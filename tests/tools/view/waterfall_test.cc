#include "view/waterfall.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/trace_set_sink.h"
#include "terminal/ascii.h"
#include "terminal/text.h"
#include "tools/samples.h"

namespace nanospan::tools {
namespace {

using testing::Service;

// All that is told of the slowest trace, on a screen of so many columns.
std::string render(const otlp::v1::TracesData& traces, const WaterfallOptions& options) {
  analysis::TraceSet set;
  analysis::TraceSetSink sink(set);
  if (options.details) sink.keep_records("");
  const std::string bytes = traces.SerializeAsString();
  EXPECT_TRUE(sink.take(OtlpPiece{bytes, 0}));
  const analysis::TraceTrees trees(set);
  const analysis::TraceList list(trees);
  const analysis::ShownTrace trace(trees, analysis::ClockSkew(trees), list.root(0));
  std::string text;
  EXPECT_TRUE(render_waterfall(trace, list.summary(0), options, [&](const std::string& lines) {
    text += lines;
    return true;
  }));
  return text;
}

std::string render(const otlp::v1::TracesData& traces, std::size_t columns, bool all = false) {
  return render(traces, {{columns, false, false}, all});
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    widest = std::max(widest, display_width(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
  return widest;
}

TEST(Waterfall, ShowsServicesTimesBarsAndMarks) {
  otlp::v1::TracesData traces;
  Service gateway(traces, "api-gateway"), auth(traces, "auth");
  gateway.add(1, 0, "GET /tasks", {0, 500});
  gateway.add(3, 1, "render", {250, 500});
  auth.add(2, 1, "verify", {0, 125})
      .mutable_status()
      ->set_code(otlp::v1::Status::STATUS_CODE_ERROR);
  EXPECT_EQ(render(traces, 80),
            "Trace 00000000000000000000000000004bf9  500 ms  2 services  3 spans  1 error\n"
            "└── api-gateway  GET /tasks    0 ms → 500 ms  ▕██████████████████▏ 500 ms\n"
            "    ├── auth  ✗ verify         0 ms → 125 ms  ▕████▌             ▏ 125 ms\n"
            "    └── render               250 ms → 500 ms  ▕         █████████▏ 250 ms  ← hot\n"
            "← hot: api-gateway / render itself has 250 ms of the 500 ms (50 %)\n"
            "✗ error\n");
}

TEST(Waterfall, ShowsWhatASpanSaysBetweenItsBranchAndThoseOfItsChildren) {
  otlp::v1::TracesData traces;
  Service service(traces, "s");
  service.add(1, 0, "root", {0, 100}).mutable_status()->set_message("well");
  service.add(2, 1, "first", {10, 20});
  service.add(3, 2, "below", {12, 18});
  service.add(4, 1, "last", {30, 40}).mutable_status()->set_message(std::string(200, 'x'));
  for (const std::size_t columns : {40U, 80U, 160U}) {
    const std::string screen = render(traces, {.screen = {columns, false, false}, .details = true});
    EXPECT_LE(widest_line(screen), columns) << screen;
    EXPECT_NE(screen.find("\n    │   span 0000000000000001\n    │   status: well\n"
                          "    ├── first"),
              std::string::npos)
        << screen;
    EXPECT_NE(screen.find("\n    │   │   span 0000000000000002\n    │   └── below"),
              std::string::npos)
        << screen;
    EXPECT_NE(screen.find("\n    │           span 0000000000000003\n    └── last"),
              std::string::npos)
        << screen;
    EXPECT_NE(screen.find("x…\n"), std::string::npos) << screen;
  }
}

TEST(Waterfall, PutsSpansWithoutTheirParentUnderOneHeading) {
  otlp::v1::TracesData traces;
  Service service(traces, "s");
  service.add(1, 0, "root", {0, 100});
  service.add(2, 99, "lost child", {10, 20});
  service.add(3, 3, "its own parent", {30, 40});
  const std::string screen = render(traces, 80);
  EXPECT_NE(screen.find("├── root"), std::string::npos) << screen;
  EXPECT_NE(screen.find("└── (parent not here)\n    ├── lost child"), std::string::npos) << screen;
  EXPECT_NE(screen.find("    └── its own parent"), std::string::npos) << screen;
}

TEST(Waterfall, ShowsEverySpanOfACircleOnce) {
  otlp::v1::TracesData traces;
  Service service(traces, "s");
  service.add(1, 3, "one", {0, 100});
  service.add(2, 1, "two", {10, 20});
  service.add(3, 2, "three", {12, 18});
  const std::string screen = render(traces, 80);
  for (const char* const name : {"── one ", "── two ", "── three "}) {
    const std::size_t at = screen.find(name);
    ASSERT_NE(at, std::string::npos) << screen;
    EXPECT_EQ(screen.find(name, at + 1), std::string::npos) << screen;
  }
}

TEST(Waterfall, CutsWideTracesUnlessToldNotTo) {
  otlp::v1::TracesData traces;
  Service service(traces, "s");
  service.add(1, 0, "root", {0, 1000});
  for (std::uint64_t i = 0; i < 144; ++i)
    service.add(100 + i, 1, "row " + std::to_string(i), {i, i + 1});
  const std::string cut = render(traces, 80);
  EXPECT_NE(cut.find("└── … 120 more\n"), std::string::npos) << cut;
  EXPECT_EQ(cut.find("row 24 "), std::string::npos) << cut;
  const std::string whole = render(traces, 80, true);
  EXPECT_EQ(whole.find(" more"), std::string::npos) << whole;
  EXPECT_NE(whole.find("└── row 143 "), std::string::npos) << whole;
}

TEST(Waterfall, StaysInItsWidthWhateverTheNamesAndTheDepth) {
  otlp::v1::TracesData traces;
  Service service(traces, std::string(200, 's')), other(traces, "サービス");
  service.add(1, 0, std::string(500, 'x'), {0, 1000});
  for (std::uint64_t i = 2; i < 3000; ++i) other.add(i, i - 1, "名前の長いスパン", {i / 10, 900});
  for (const std::size_t columns : {40u, 50u, 60u, 80u, 120u}) {
    EXPECT_LE(widest_line(render(traces, columns)), columns);
    EXPECT_LE(widest_line(render(traces, columns, true)), columns);
  }
}

TEST(Waterfall, EscapesWhatWouldMoveTheCursor) {
  otlp::v1::TracesData traces;
  Service service(traces, "s");
  service.add(1, 0,
              "a\x1b[2Jb\nc\xe2\x80\xae"
              "d\xff\xd8\x9c",
              {0, 1});
  const std::string screen = render(traces, 120);
  EXPECT_NE(screen.find("a\\x1b[2Jb\\x0ac\\u{202e}d\xef\xbf\xbd\\u{61c}"), std::string::npos)
      << screen;
  EXPECT_EQ(screen.find('\x1b'), std::string::npos);
}

TEST(Waterfall, MarksUnfinishedSpansAndPrefersTheFinishedOfTwo) {
  otlp::v1::TracesData traces;
  Service service(traces, "s");
  const auto unfinished = [](otlp::v1::Span& span) {
    auto* const attribute = span.add_attributes();
    attribute->set_key("nanospan.unfinished");
    attribute->mutable_value()->set_bool_value(true);
    span.mutable_status()->set_code(otlp::v1::Status::STATUS_CODE_ERROR);
  };
  unfinished(service.add(1, 0, "root", {0, 100}));
  unfinished(service.add(2, 1, "child", {0, 90}));
  service.add(2, 1, "child", {0, 50});
  const std::string screen = render(traces, 80);
  EXPECT_NE(screen.find("◔ root"), std::string::npos) << screen;
  EXPECT_NE(screen.find("└── child"), std::string::npos) << screen;
  EXPECT_NE(screen.find("◔ unfinished (1)  1 span read twice, shown once"), std::string::npos)
      << screen;
}

// A call of `server` by `client`, 1 ms longer on both sides; the id of the client's is one less.
void add_call(Service& client, Service& server, std::uint64_t id, std::uint64_t parent,
              Service::Times times) {
  auto& outer = client.add(id - 1, parent, "GET", {times.start_ms - 1, times.end_ms + 1});
  outer.set_kind(otlp::v1::Span::SPAN_KIND_CLIENT);
  server.add(id, id - 1, "list", times).set_kind(otlp::v1::Span::SPAN_KIND_SERVER);
}

TEST(Waterfall, ShowsACallAsItsServerUnlessTheCallHasMoreToSay) {
  otlp::v1::TracesData traces;
  Service gateway(traces, "gateway"), tasks(traces, "tasks");
  gateway.add(1, 0, "root", {0, 500});
  add_call(gateway, tasks, 11, 1, {20, 100});
  tasks.add(12, 11, "db: query", {20, 99});
  const std::string folded = render(traces, 100);
  EXPECT_EQ(folded.find("GET"), std::string::npos) << folded;
  EXPECT_NE(folded.find("    └── tasks  list "), std::string::npos) << folded;
  EXPECT_NE(folded.find("        └── db: query "), std::string::npos) << folded;
  EXPECT_NE(folded.find("1 call shown as its server (--all: both)"), std::string::npos) << folded;
  const std::string whole = render(traces, 100, true);
  EXPECT_NE(whole.find("    └── GET "), std::string::npos) << whole;
  EXPECT_NE(whole.find("        └── tasks  list "), std::string::npos) << whole;

  // 2 of 500 ms are nothing; 20 of them are, and so is a client that failed where no server did.
  gateway.add(20, 1, "GET far", {200, 300}).set_kind(otlp::v1::Span::SPAN_KIND_CLIENT);
  tasks.add(21, 20, "slow way", {220, 300}).set_kind(otlp::v1::Span::SPAN_KIND_SERVER);
  auto& failed = gateway.add(30, 1, "GET failed", {300, 400});
  failed.set_kind(otlp::v1::Span::SPAN_KIND_CLIENT);
  failed.mutable_status()->set_code(otlp::v1::Status::STATUS_CODE_ERROR);
  tasks.add(31, 30, "fine there", {300, 400}).set_kind(otlp::v1::Span::SPAN_KIND_SERVER);
  const std::string more = render(traces, 100);
  EXPECT_NE(more.find("GET far"), std::string::npos) << more;
  EXPECT_NE(more.find("✗ GET failed"), std::string::npos) << more;
  EXPECT_NE(more.find("1 call shown as its server"), std::string::npos) << more;
}

TEST(Waterfall, MarksTheHotSpansOfManyAndNeverFoldsThem) {
  otlp::v1::TracesData traces;
  Service service(traces, "s");
  service.add(1, 0, "root", {0, 1000});
  for (std::uint64_t i = 0; i < 100; ++i)
    service.add(100 + i, 1, "db: query", {i * 5, i * 5 + (i == 60 ? 5 : 4)});
  service.add(300, 1, "render", {600, 900});
  const std::string screen = render(traces, 100);
  EXPECT_NE(screen.find("├── … 36 more\n    ├── db: query  300 ms →  305 ms"), std::string::npos)
      << screen;
  EXPECT_NE(
      screen.find("← hot: s / db: query itself has 401 ms of the 1000 ms (40 %), in 100 spans"),
      std::string::npos)
      << screen;
  std::size_t marks = 0;
  for (std::size_t at = 0; (at = screen.find("  ← hot\n", at)) != std::string::npos; ++at) ++marks;
  EXPECT_EQ(marks, analysis::ShownTrace::kHotMax);
}

TEST(Waterfall, PutsClocksRightAndSaysSo) {
  otlp::v1::TracesData traces;
  Service gateway(traces, "gateway"), tasks(traces, "tasks");
  gateway.add(1, 0, "root", {0, 500});
  gateway.add(10, 1, "GET", {20, 100}).set_kind(otlp::v1::Span::SPAN_KIND_CLIENT);
  // An hour ahead.
  constexpr std::uint64_t kAheadMs = 3'600'000;
  tasks.add(11, 10, "list", {kAheadMs + 30, kAheadMs + 90})
      .set_kind(otlp::v1::Span::SPAN_KIND_SERVER);
  tasks.add(12, 11, "below", {kAheadMs + 40, kAheadMs + 80});
  const std::string screen = render(traces, 120);
  EXPECT_NE(screen.find("tasks  ± list  30 ms →  90 ms"), std::string::npos) << screen;
  EXPECT_NE(screen.find("± below    40 ms →  80 ms"), std::string::npos) << screen;
  EXPECT_NE(screen.find("± 2 spans put into the time of the callers: their clocks differ\n"
                        "  the clock of tasks differs from that of gateway by +3600 s to +3600 s"),
            std::string::npos)
      << screen;
}

TEST(Waterfall, ShowsNothingButAsciiWhereTheScreenHasNothingElse) {
  otlp::v1::TracesData traces;
  Service service(traces, "s"), other(traces, "サービス");
  service.add(1, 0, "root", {0, 1000});
  other.add(2, 1, "名前", {0, 300});
  const std::string utf8 = render(traces, {{80, false, true}, false});
  const std::string ascii = to_ascii(utf8);
  EXPECT_TRUE(std::all_of(ascii.begin(), ascii.end(), [](char c) { return (c & 0x80) == 0; }));
  EXPECT_EQ(widest_line(ascii), widest_line(utf8));
  EXPECT_NE(ascii.find("    `-- ????????  ????  0 ms >  300 ms  |#######      "), std::string::npos)
      << ascii;
}

TEST(TraceList, FindsTheSlowestByTheBeginningOfAnId) {
  otlp::v1::TracesData traces;
  Service service(traces, "s");
  service.add(1, 0, "short", {0, 10});
  service.add(2, 0, "long", {0, 20}).set_trace_id(testing::id_bytes(0x4bf9aa, 16));
  // Without a root: its longest span counts; that of a longer one below it does not.
  service.add(3, 77, "orphan", {0, 15}).set_trace_id(testing::id_bytes(0x77, 16));
  service.add(4, 3, "below", {0, 90}).set_trace_id(testing::id_bytes(0x77, 16));
  analysis::TraceSet set;
  analysis::TraceSetSink sink(set);
  ASSERT_TRUE(sink.take(OtlpPiece{traces.SerializeAsString(), 0}));
  const analysis::TraceTrees trees(set);
  const analysis::TraceList list(trees);
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(hex_of(list.key(0)), "000000000000000000000000004bf9aa");
  EXPECT_EQ(hex_of(list.key(1)), "00000000000000000000000000000077");
  EXPECT_EQ(list.summary(1).duration_ns, static_cast<std::int64_t>(15 * testing::kMs));
  EXPECT_EQ(list.find("").traces, 3u);
  EXPECT_EQ(list.find("00000000000000000000000000004bf9").rank, 2u);
  EXPECT_EQ(list.find("5").traces, 0u);
}

TEST(Bar, FillsEighthsAndIsNeverInvisible) {
  EXPECT_EQ(render_bar(0, 1, 4), "████");
  EXPECT_EQ(render_bar(0, 0.5, 4), "██  ");
  EXPECT_EQ(render_bar(0, 1.0 / 32, 4), "▏   ");
  EXPECT_EQ(render_bar(1, 1, 4).substr(0, 3), "   ");
  EXPECT_EQ(display_width(render_bar(1, 1, 4)), 4u);
  EXPECT_NE(render_bar(1, 1, 4), "    ");
}

TEST(Text, WrapsAtBlanksAndCutsWordsThatAreTooWide) {
  EXPECT_EQ(wrap("one two  three", 8), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("  one abcdefghijk", 6), (std::vector<std::string>{"  one", "abcde…"}));
  EXPECT_EQ(wrap("", 6), std::vector<std::string>{});
}

TEST(Text, PicksTheUnitOfATime) {
  EXPECT_EQ(format_duration(0), "0 ns");
  EXPECT_EQ(format_duration(999), "999 ns");
  EXPECT_EQ(format_duration(12'345), "12.3 µs");
  EXPECT_EQ(format_duration(500 * testing::kMs), "500 ms");
  EXPECT_EQ(format_duration(12'500 * testing::kMs), "12.5 s");
}

}  // namespace
}  // namespace nanospan::tools

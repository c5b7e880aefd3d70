#include "waterfall.h"

#include <gtest/gtest.h>

#include "samples.h"
#include "text.h"

namespace nanospan::tools {
namespace {

using testing::Service;

std::string render(const otlp::v1::TracesData& traces, std::size_t columns, bool all = false) {
  TraceModel model;
  const std::string bytes = traces.SerializeAsString();
  EXPECT_TRUE(model.take(OtlpPiece{bytes, 0}));
  model.finish();
  return render_waterfall(model, model.traces().at(0), {{columns, false}, all});
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
            "└── api-gateway  GET /tasks    0 ms → 500 ms  ▕█████████████████████████▏ 500 ms\n"
            "    ├── auth  ✗ verify         0 ms → 125 ms  ▕██████▎                  ▏ 125 ms\n"
            "    └── api-gateway  render  250 ms → 500 ms  ▕            █████████████▏ 250 ms\n"
            "✗ error\n");
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
  for (const char* const name : {"one", "two", "three"}) {
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

TEST(Bar, FillsEighthsAndIsNeverInvisible) {
  EXPECT_EQ(render_bar(0, 1, 4), "████");
  EXPECT_EQ(render_bar(0, 0.5, 4), "██  ");
  EXPECT_EQ(render_bar(0, 1.0 / 32, 4), "▏   ");
  EXPECT_EQ(render_bar(1, 1, 4).substr(0, 3), "   ");
  EXPECT_EQ(display_width(render_bar(1, 1, 4)), 4u);
  EXPECT_NE(render_bar(1, 1, 4), "    ");
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

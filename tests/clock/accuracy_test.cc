// How far the times of recorded spans are from what clock_gettime() says.
#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

#include "support/recording.h"

namespace nanospan::test {
namespace {

std::chrono::seconds run_length() {
  const char* const level = std::getenv("NANOSPAN_TEST_LEVEL");
  if (level == nullptr || std::string_view(level) == "quick") return std::chrono::seconds(2);
  return std::string_view(level) == "all" ? std::chrono::minutes(10) : std::chrono::seconds(20);
}

std::int64_t unix_now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// A span that started between two looks at the clock, as near to each other as an undisturbed
// machine has them.
struct Sample {
  std::uint64_t span_id = 0;
  std::int64_t before_ns = 0, after_ns = 0;
};
constexpr std::int64_t kBracketMaxNs = 1000;

bool take_sample(Sample& sample) {
  sample.before_ns = unix_now();
  NANOSPAN_SCOPE(span, "bracketed");
  sample.after_ns = unix_now();
  sample.span_id = span.context().span_id.value;
  return sample.after_ns - sample.before_ns <= kBracketMaxNs && sample.after_ns >= sample.before_ns;
}

// How far outside of its bracket a span was said to start.
std::int64_t error_ns(const Sample& sample, std::int64_t said_ns) {
  return std::max({sample.before_ns - said_ns, said_ns - sample.after_ns, std::int64_t{0}});
}

TEST(ClockAccuracy, SpansStartWithinAMicrosecondOfTheSystemsClock) {
  Recording recording;
  std::vector<std::int64_t> errors;
  std::vector<Sample> samples;
  // Spans are looked at in pieces, so that ten minutes of them need no memory.
  const auto compare = [&] {
    std::vector<std::pair<std::uint64_t, std::int64_t>> starts;
    for (const SpanData& span : recording.spans())
      starts.emplace_back(span.span_id.value, span.start_unix_ns);
    std::sort(starts.begin(), starts.end());
    for (const Sample& sample : samples) {
      const auto found =
          std::lower_bound(starts.begin(), starts.end(), std::pair{sample.span_id, INT64_MIN});
      ASSERT_TRUE(found != starts.end() && found->first == sample.span_id);
      errors.push_back(error_ns(sample, found->second));
    }
    samples.clear();
    recording.store().clear();
  };
  const auto end = std::chrono::steady_clock::now() + run_length();
  while (std::chrono::steady_clock::now() < end) {
    Sample sample;
    if (take_sample(sample)) samples.push_back(sample);
    // A sample now and then: the whole time between two anchors is to be seen.
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    if (samples.size() < 1000) continue;
    ASSERT_NO_FATAL_FAILURE(compare());
  }
  ASSERT_NO_FATAL_FAILURE(compare());
  ASSERT_GE(errors.size(), 500u) << "too few samples were taken undisturbed";
  std::sort(errors.begin(), errors.end());
  EXPECT_LE(errors[errors.size() * 999 / 1000], 1000)
      << errors.size() << " samples; half of them within " << errors[errors.size() / 2]
      << " ns of their bracket, all within " << errors.back();
}

}  // namespace
}  // namespace nanospan::test

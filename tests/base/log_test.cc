// Which messages reach the handler, and how often.
#include "base/log.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "base/rate_limited_log.h"

namespace nanospan::base {
namespace {

class LogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    set_log_handler([this](LogLevel, std::string_view text) { said_.emplace_back(text); });
  }
  void TearDown() override {
    set_log_handler({});
    set_log_threshold(LogLevel::kInfo);
  }
  std::vector<std::string> said_;
};

TEST_F(LogTest, HandsOnWhatTheThresholdLetsThrough) {
  const auto log_all = [this] {
    said_.clear();
    log(LogLevel::kError, "error");
    log(LogLevel::kWarning, "warning");
    log(LogLevel::kInfo, "info");
    return said_;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(log_all(), (Texts{"error", "warning", "info"}));
  set_log_threshold(LogLevel::kWarning);
  EXPECT_EQ(log_all(), (Texts{"error", "warning"}));
  set_log_threshold(LogLevel::kError);
  EXPECT_EQ(log_all(), Texts{"error"});
  set_log_threshold(std::nullopt);
  EXPECT_EQ(log_all(), Texts{});
}

TEST_F(LogTest, AHandlerThatThrowsHasHadItsMessage) {
  set_log_handler([](LogLevel, std::string_view) { throw std::runtime_error("no"); });
  log(LogLevel::kError, "error");
}

TEST_F(LogTest, OneCauseIsSaidOnceInItsInterval) {
  RateLimitedLog limited(std::chrono::minutes(1));
  const auto begin = RateLimitedLog::Clock::now();
  EXPECT_TRUE(limited.take_turn(begin));
  EXPECT_FALSE(limited.take_turn(begin));
  EXPECT_FALSE(limited.take_turn(begin + std::chrono::seconds(59)));
  EXPECT_TRUE(limited.take_turn(begin + std::chrono::seconds(60)));
  EXPECT_FALSE(limited.take_turn(begin + std::chrono::seconds(61)));
}

TEST_F(LogTest, OneCauseHidesNoOther) {
  RateLimitedLog first, second;
  for (int time = 0; time < 3; ++time) {
    if (first.take_turn()) say(LogLevel::kError, "%s", "first");
    if (second.take_turn()) say(LogLevel::kError, "second");
  }
  EXPECT_EQ(said_, (std::vector<std::string>{"first", "second"}));
}

}  // namespace
}  // namespace nanospan::base

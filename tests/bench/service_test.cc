// What the service's bench reads: answers of HTTP, and wrk's output.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

#include "service/delivery.h"
#include "service/load/http_client.h"
#include "service/load/load.h"
#include "service/turn_order.h"

namespace nanospan::bench {
namespace {

using State = HttpAnswer::State;

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello";

TEST(HttpAnswer, IsPutTogetherFromWhateverPieces) {
  for (std::size_t cut = 1; cut < kAnswer.size(); ++cut) {
    HttpAnswer answer;
    ASSERT_EQ(answer.take(kAnswer.substr(0, cut)), State::kMore) << cut;
    ASSERT_EQ(answer.take(kAnswer.substr(cut)), State::kWhole) << cut;
    EXPECT_EQ(answer.body(), "hello");
    EXPECT_TRUE(answer.is_ok());
  }
}

TEST(HttpAnswer, StartsAnewWhenCleared) {
  HttpAnswer answer;
  ASSERT_EQ(answer.take(kAnswer), State::kWhole);
  answer.clear();
  EXPECT_EQ(answer.take("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), State::kWhole);
  EXPECT_FALSE(answer.is_ok());
  EXPECT_EQ(answer.body(), "");
}

TEST(HttpAnswer, IsMalformedWithoutALengthOrBeyondIt) {
  EXPECT_EQ(HttpAnswer().take("HTTP/1.1 200 OK\r\n\r\n"), State::kMalformed);
  EXPECT_EQ(HttpAnswer().take("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"),
            State::kMalformed);
  HttpAnswer answer;
  ASSERT_EQ(answer.take(kAnswer), State::kWhole);
  EXPECT_EQ(answer.take("HTTP/1.1 200 OK"), State::kMalformed);
}

TEST(ServiceDelivery, LosesNoSpanThatCameAfterAll) {
  const ServiceDelivery warm_up{100, 20}, after{180, 15};
  ServiceDelivery turns;
  turns += after - warm_up;
  EXPECT_TRUE(turns.is_known());
  EXPECT_EQ(turns.exported_spans(), 80u);
  EXPECT_EQ(turns.lost_spans(), 0u);
}

TEST(ServiceDelivery, IsUnknownOnceATurnIs) {
  ServiceDelivery turns{10, 1};
  turns += {std::nan(""), 2};
  EXPECT_FALSE(turns.is_known());
}

TEST(WrkOutput, IsReadFromOurLineAmongItsOwn) {
  const LoadResult result = read_wrk_output(
      "Running 1s test @ http://127.0.0.1:8080/tasks/20\n"
      "  1 threads and 3 connections\n"
      "Requests/sec:  19999.00\n"
      "figures 20000 1000050 141 300 1207 0\n");
  EXPECT_EQ(result.problem, "");
  EXPECT_NEAR(result.per_second, 19'999, 0.1);
  EXPECT_EQ(result.p50_us, 141);
  EXPECT_EQ(result.p99_us, 300);
  EXPECT_EQ(result.p999_us, 1'207);
}

TEST(WrkOutput, IsAProblemWhereItShowsErrorsOrNothing) {
  EXPECT_NE(read_wrk_output("figures 20000 1000050 141 300 1207 3\n").problem, "");
  EXPECT_NE(read_wrk_output("figures 0 0 0 0 0 0\n").problem, "");
  EXPECT_NE(read_wrk_output("figures 20000 1000050\n").problem, "");
  EXPECT_NE(read_wrk_output("unable to connect to 127.0.0.1:1 Connection refused\n").problem, "");
  EXPECT_NE(read_wrk_output("").problem, "");
}

using Order = std::vector<std::size_t>;

TEST(TurnOrder, IsTheSameBackwards) {
  EXPECT_EQ(turn_order({5}), (Order{0, 5, 0, 5, 0}));
  EXPECT_EQ(turn_order({1, 2, 3}), (Order{0, 1, 2, 0, 3, 0, 3, 0, 2, 1, 0}));
}

TEST(TurnOrder, HasTheUninstrumentedServiceBesideEachTurn) {
  const Order order = turn_order({1, 2, 3, 4, 5});
  for (std::size_t side = 1; side <= 5; ++side) {
    unsigned turns = 0;
    for (std::size_t place = 0; place < order.size(); ++place) {
      if (order[place] != side) continue;
      EXPECT_EQ(order[neighbour_of(order, place)], 0u);
      ++turns;
    }
    EXPECT_EQ(turns, 2u) << side;
  }
}

}  // namespace
}  // namespace nanospan::bench

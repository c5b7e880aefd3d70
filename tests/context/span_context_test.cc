#include "nanospan/span_context.h"

#include <gtest/gtest.h>

namespace nanospan {
namespace {

TEST(TraceId, GoesToHexAndBack) {
  const TraceId id{0x0af7651916cd43dd, 0x8448eb211c80319c};
  EXPECT_EQ(id.to_hex(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(TraceId::from_hex(id.to_hex()), id);
  EXPECT_EQ(TraceId::from_hex("0AF7651916CD43DD8448EB211C80319C"), id);
  EXPECT_EQ(TraceId{}.to_hex(), std::string(32, '0'));
}

TEST(TraceId, HalfOfItMayBeZero) {
  EXPECT_EQ(TraceId::from_hex("00000000000000000000000000000001"), (TraceId{0, 1}));
  EXPECT_EQ(TraceId::from_hex("80000000000000000000000000000000"), (TraceId{1ull << 63, 0}));
}

TEST(TraceId, RefusesWhatIsNoId) {
  EXPECT_EQ(TraceId::from_hex(std::string(32, '0')), std::nullopt);
  EXPECT_EQ(TraceId::from_hex(std::string(31, '1')), std::nullopt);
  EXPECT_EQ(TraceId::from_hex(std::string(33, '1')), std::nullopt);
  EXPECT_EQ(TraceId::from_hex(""), std::nullopt);
  EXPECT_EQ(TraceId::from_hex("0af7651916cd43dd-448eb211c80319c"), std::nullopt);
}

TEST(SpanId, GoesToHexAndBack) {
  const SpanId id{0x00f067aa0ba902b7};
  EXPECT_EQ(id.to_hex(), "00f067aa0ba902b7");
  EXPECT_EQ(SpanId::from_hex(id.to_hex()), id);
  EXPECT_EQ(SpanId::from_hex("00F067AA0BA902B7"), id);
}

TEST(SpanId, RefusesWhatIsNoId) {
  EXPECT_EQ(SpanId::from_hex(std::string(16, '0')), std::nullopt);
  EXPECT_EQ(SpanId::from_hex(std::string(15, '1')), std::nullopt);
  EXPECT_EQ(SpanId::from_hex(std::string(17, '1')), std::nullopt);
  EXPECT_EQ(SpanId::from_hex("00f067aa0ba902bx"), std::nullopt);
}

}  // namespace
}  // namespace nanospan

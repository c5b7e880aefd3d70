#include "nanospan/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "sampling/environment_sampler.h"

namespace nanospan {
namespace {

constexpr auto kDrop = SamplingDecision::kDrop;
constexpr auto kRecordOnly = SamplingDecision::kRecordOnly;
constexpr auto kSample = SamplingDecision::kRecordAndSample;

SamplingParameters root(TraceId id = {1, 2}) {
  return {id, {}, "name", SpanKind::kInternal};
}

SamplingParameters child(bool remote, bool sampled) {
  const TraceFlags flags{sampled ? TraceFlags::kSampled : std::uint8_t{0}};
  return {{1, 2}, {{1, 2}, {3}, flags, remote}, "name", SpanKind::kServer};
}

SamplingDecision decide(const SamplerPtr& sampler, const SamplingParameters& parameters) {
  return sampler->should_sample(parameters).decision;
}

TEST(Sampler, ConstantOnesDecideAlikeWhateverTheParent) {
  for (const auto& parameters :
       {root(), child(true, true), child(true, false), child(false, true), child(false, false)}) {
    EXPECT_EQ(decide(always_on(), parameters), kSample);
    EXPECT_EQ(decide(always_off(), parameters), kDrop);
    EXPECT_EQ(decide(record_only(), parameters), kRecordOnly);
  }
}

TEST(Sampler, DescriptionsAreTheSpecifications) {
  EXPECT_EQ(always_on()->description(), "AlwaysOnSampler");
  EXPECT_EQ(always_off()->description(), "AlwaysOffSampler");
  EXPECT_EQ(trace_id_ratio(0.0001)->description(), "TraceIdRatioBased{0.000100}");
  EXPECT_EQ(parent_based(always_on())->description(),
            "ParentBased{root:AlwaysOnSampler,remoteParentSampled:AlwaysOnSampler,"
            "remoteParentNotSampled:AlwaysOffSampler,localParentSampled:AlwaysOnSampler,"
            "localParentNotSampled:AlwaysOffSampler}");
  EXPECT_EQ(always_record(always_off())->description(), "AlwaysRecord{AlwaysOffSampler}");
}

TEST(TraceIdRatio, SamplesFromItsThresholdOn) {
  const auto half = trace_id_ratio(0.5);
  constexpr std::uint64_t kThreshold = 1ull << 55;
  EXPECT_EQ(decide(half, root({0, kThreshold})), kSample);
  EXPECT_EQ(decide(half, root({0, kThreshold - 1})), kDrop);
}

TEST(TraceIdRatio, LooksAtTheLowSevenBytesAlone) {
  const auto half = trace_id_ratio(0.5);
  EXPECT_EQ(decide(half, root({~0ull, 0xff00000000000000})), kDrop);
  EXPECT_EQ(decide(half, root({0, 0x00ffffffffffffff})), kSample);
}

TEST(TraceIdRatio, OfZeroDropsAndOfOneSamplesEverything) {
  for (const std::uint64_t low : {0ull, 1ull, (1ull << 56) - 1, ~0ull}) {
    EXPECT_EQ(decide(trace_id_ratio(0), root({1, low})), kDrop);
    EXPECT_EQ(decide(trace_id_ratio(1), root({1, low})), kSample);
  }
}

TEST(TraceIdRatio, TakesTheNearestForWhatIsNoRatio) {
  EXPECT_EQ(trace_id_ratio(-3)->description(), "TraceIdRatioBased{0.000000}");
  EXPECT_EQ(trace_id_ratio(17)->description(), "TraceIdRatioBased{1.000000}");
  EXPECT_EQ(trace_id_ratio(std::nan(""))->description(), "TraceIdRatioBased{1.000000}");
  EXPECT_EQ(decide(trace_id_ratio(std::numeric_limits<double>::min()), root({0, ~0ull})), kDrop);
}

TEST(TraceIdRatio, SamplesItsShareAndWhatSmallerOnesSample) {
  const auto tenth = trace_id_ratio(0.1);
  const auto quarter = trace_id_ratio(0.25);
  std::mt19937_64 random(7);
  constexpr int kTraces = 100'000;
  int sampled = 0;
  for (int i = 0; i < kTraces; ++i) {
    const auto parameters = root({random(), random()});
    if (decide(tenth, parameters) != kSample) continue;
    ++sampled;
    ASSERT_EQ(decide(quarter, parameters), kSample);
  }
  EXPECT_NEAR(sampled, kTraces / 10, 500);  // five standard deviations
}

TEST(ParentBased, FollowsTheParent) {
  const auto sampler = parent_based(always_off());
  EXPECT_EQ(decide(sampler, root()), kDrop);
  EXPECT_EQ(decide(sampler, child(true, true)), kSample);
  EXPECT_EQ(decide(sampler, child(true, false)), kDrop);
  EXPECT_EQ(decide(sampler, child(false, true)), kSample);
  EXPECT_EQ(decide(sampler, child(false, false)), kDrop);
  EXPECT_EQ(decide(parent_based(always_on()), root()), kSample);
  EXPECT_EQ(decide(parent_based(nullptr), root()), kSample);
}

TEST(ParentBased, AsksTheDelegateOfItsParent) {
  const auto asked_only = [](SamplerPtr ParentBasedDelegates::*which) {
    ParentBasedDelegates delegates{always_off(), always_off(), always_off(), always_off()};
    delegates.*which = record_only();
    return parent_based(always_off(), delegates);
  };
  const std::pair<SamplerPtr ParentBasedDelegates::*, SamplingParameters> kCases[] = {
      {&ParentBasedDelegates::remote_sampled, child(true, true)},
      {&ParentBasedDelegates::remote_not_sampled, child(true, false)},
      {&ParentBasedDelegates::local_sampled, child(false, true)},
      {&ParentBasedDelegates::local_not_sampled, child(false, false)},
  };
  for (const auto& [delegate, own] : kCases) {
    for (const auto& [other_delegate, parameters] : kCases) {
      const bool own_case = delegate == other_delegate;
      EXPECT_EQ(decide(asked_only(delegate), parameters), own_case ? kRecordOnly : kDrop);
    }
  }
}

TEST(AlwaysRecord, RecordsWhatItsInnerOneDrops) {
  EXPECT_EQ(decide(always_record(always_off()), root()), kRecordOnly);
  EXPECT_EQ(decide(always_record(always_on()), root()), kSample);
  EXPECT_EQ(decide(always_record(record_only()), root()), kRecordOnly);
  EXPECT_EQ(decide(always_record(parent_based(always_on())), child(true, false)), kRecordOnly);
  EXPECT_EQ(decide(always_record(nullptr), root()), kRecordOnly);
}

// A promise lets the recorder skip the question, so it must never be made in vain.
TEST(Sampler, PromisesOnlyWhatItKeeps) {
  EXPECT_TRUE(always_on()->always_samples_roots());
  EXPECT_FALSE(always_off()->always_samples_roots());
  EXPECT_FALSE(record_only()->always_samples_roots());
  EXPECT_FALSE(trace_id_ratio(0.999)->always_samples_roots());
  EXPECT_TRUE(trace_id_ratio(1)->always_samples_roots());
  EXPECT_TRUE(parent_based(always_on())->always_samples_roots());
  EXPECT_FALSE(parent_based(trace_id_ratio(0.5))->always_samples_roots());
  EXPECT_FALSE(always_record(always_off())->always_samples_roots());
  EXPECT_TRUE(always_record(parent_based(always_on()))->always_samples_roots());
}

TEST(EnvironmentSampler, IsTheOneAskedFor) {
  using config::SamplerKind;
  const auto description = [](SamplerKind kind, bool parent, double ratio = 1) {
    return sampling::make_sampler(config::SamplerSettings{kind, parent, ratio})->description();
  };
  EXPECT_EQ(description(SamplerKind::kAlwaysOn, false), "AlwaysOnSampler");
  EXPECT_EQ(description(SamplerKind::kAlwaysOff, false), "AlwaysOffSampler");
  EXPECT_EQ(description(SamplerKind::kTraceIdRatio, false, 0.25), "TraceIdRatioBased{0.250000}");
  EXPECT_EQ(description(SamplerKind::kTraceIdRatio, true, 0.25),
            parent_based(trace_id_ratio(0.25))->description());
  EXPECT_EQ(sampling::make_sampler(std::nullopt)->description(),
            parent_based(always_on())->description());
}

}  // namespace
}  // namespace nanospan

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;

RecorderOptions sampled_by(SamplerPtr sampler) {
  RecorderOptions options;
  options.sampler = std::move(sampler);
  return options;
}

Context remote(bool sampled) {
  const TraceFlags flags{sampled ? TraceFlags::kSampled : std::uint8_t{0}};
  return Context(SpanContext{{1, 2}, {3}, flags, true});
}

TEST(Sampling, OffRecordsNothingAndPropagatesTheDecision) {
  Recording recording(sampled_by(always_off()));
  std::set<SpanId> ids;
  for (int i = 0; i < 10; ++i) {
    NANOSPAN_SCOPE(root, "root");
    EXPECT_FALSE(root.is_recording());
    EXPECT_TRUE(root.context().is_valid());
    EXPECT_FALSE(root.context().flags.sampled());
    EXPECT_EQ(current_context().span_context(), root.context());
    ids.insert(root.context().span_id);
    NANOSPAN_SCOPE(child, "child");
    child.set_attribute("k", 1);
    child.add_event("e");
    EXPECT_FALSE(child.is_recording());
    EXPECT_EQ(child.context().trace_id, root.context().trace_id);
    EXPECT_FALSE(child.context().flags.sampled());
  }
  EXPECT_EQ(ids.size(), 10u);
  EXPECT_EQ(recording.spans().size(), 0u);
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.started, 20u);
  EXPECT_EQ(sum.sampled_out, 20u);
  EXPECT_EQ(sum.in_flight, 0u);
}

TEST(Sampling, AnUnsampledSpanHasAnIdOfItsOwn) {
  Recording recording(sampled_by(always_off()));
  NANOSPAN_SCOPE(root, "root");
  NANOSPAN_SCOPE(child, "child");
  NANOSPAN_SCOPE(grandchild, "grandchild");
  const std::set<SpanId> ids{root.context().span_id, child.context().span_id,
                             grandchild.context().span_id};
  EXPECT_EQ(ids.size(), 3u);
}

TEST(Sampling, OffHoldsForDetachedSpans) {
  Recording recording(sampled_by(always_off()));
  {
    Span span = NANOSPAN_SPAN("span", {});
    EXPECT_FALSE(span.is_recording());
    EXPECT_TRUE(span.context().has_span());
    EXPECT_FALSE(span.context().span_context().flags.sampled());
    Span child = NANOSPAN_SPAN("child", {}, {.parent = &span.context()});
    EXPECT_EQ(child.context().span_context().trace_id, span.context().span_context().trace_id);
  }
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.started, 2u);
  EXPECT_EQ(sum.sampled_out, 2u);
}

TEST(Sampling, ParentBasedFollowsTheParent) {
  Recording recording(sampled_by(parent_based(always_off())));
  { NANOSPAN_SCOPE(root, "root"); }
  {
    const ContextScope scope(remote(true));
    NANOSPAN_SCOPE(asked, "asked");
    NANOSPAN_SCOPE(inner, "inner");
  }
  {
    const ContextScope scope(remote(false));
    NANOSPAN_SCOPE(refused, "refused");
  }
  {
    const Context parent = remote(true);
    Span asked = NANOSPAN_SPAN("detached", {}, {.parent = &parent});
  }
  EXPECT_EQ(recording.spans().size(), 3u);
  EXPECT_EQ(recording.spans("asked").size(), 1u);
  EXPECT_EQ(recording.spans("inner").size(), 1u);
  EXPECT_EQ(recording.spans("detached").size(), 1u);
  EXPECT_EQ(recording.expect_balanced_at_rest().sampled_out, 2u);
}

TEST(Sampling, ADecisionHoldsForTheWholeTraceOfAThread) {
  Recording recording(sampled_by(parent_based(trace_id_ratio(0.5))));
  for (int i = 0; i < 200; ++i) {
    NANOSPAN_SCOPE(root, "root");
    NANOSPAN_SCOPE(child, "child");
    Span job = NANOSPAN_SPAN("job", {});
    EXPECT_EQ(child.is_recording(), root.is_recording());
    EXPECT_EQ(job.is_recording(), root.is_recording());
    EXPECT_EQ(root.context().flags.sampled(), root.is_recording());
  }
  const std::size_t roots = recording.spans("root").size();
  EXPECT_GT(roots, 20u);
  EXPECT_LT(roots, 180u);
  EXPECT_EQ(recording.spans("child").size(), roots);
  EXPECT_EQ(recording.spans("job").size(), roots);
  EXPECT_EQ(recording.expect_balanced_at_rest().sampled_out, 600 - 3 * roots);
}

TEST(Sampling, TheRatioAgreesWithItsTraceIds) {
  Recording recording(sampled_by(trace_id_ratio(0.25)));
  const SamplerPtr same = trace_id_ratio(0.25);
  for (int i = 0; i < 1000; ++i) {
    NANOSPAN_SCOPE(root, "root");
    const auto decision =
        same->should_sample({root.context().trace_id, {}, "root", SpanKind::kInternal}).decision;
    EXPECT_EQ(root.is_recording(), decision == SamplingDecision::kRecordAndSample);
  }
  const std::size_t roots = recording.spans("root").size();
  EXPECT_GT(roots, 150u);
  EXPECT_LT(roots, 350u);
}

TEST(Sampling, RecordOnlyIsRecordedAndNotExported) {
  Recording recording(sampled_by(record_only()));
  {
    NANOSPAN_SCOPE(span, "span");
    EXPECT_TRUE(span.is_recording());
    EXPECT_FALSE(span.context().flags.sampled());
    NANOSPAN_SCOPE(child, "child");
    EXPECT_TRUE(child.is_recording());
  }
  EXPECT_EQ(recording.spans().size(), 0u);
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.committed, 2u);
  EXPECT_EQ(sum.unexported, 2u);
  EXPECT_EQ(sum.delivered, 0u);
}

class Counting final : public Sampler {
 public:
  SamplingResult should_sample(const SamplingParameters& parameters) const noexcept override {
    asked_.fetch_add(1);
    named_job_.fetch_add(parameters.name == "job" && parameters.kind == SpanKind::kConsumer);
    return {SamplingDecision::kRecordAndSample};
  }
  std::string description() const override { return "Counting"; }
  int asked() const { return asked_.load(); }
  int named_job() const { return named_job_.load(); }

 private:
  mutable std::atomic<int> asked_{0}, named_job_{0};
};

TEST(Sampling, AUsersSamplerIsAskedForEachLocalRoot) {
  const auto sampler = std::make_shared<Counting>();
  Recording recording(sampled_by(sampler));
  for (int i = 0; i < 5; ++i) {
    NANOSPAN_SCOPE(job, "job", {.kind = SpanKind::kConsumer});
    NANOSPAN_SCOPE(child, "child");
  }
  EXPECT_EQ(sampler->asked(), 5);
  EXPECT_EQ(sampler->named_job(), 5);
  {
    const ContextScope scope(remote(true));
    NANOSPAN_SCOPE(local_root, "local root");
    NANOSPAN_SCOPE(child, "child");
  }
  EXPECT_EQ(sampler->asked(), 6);
  EXPECT_EQ(recording.spans().size(), 12u);
}

}  // namespace
}  // namespace nanospan

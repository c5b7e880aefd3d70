// A drain that has seen its callsites, keys and literals reads and encodes without allocating.
//
// Replaces operator new, so it is alone in its program.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "decode/region_reader.h"
#include "support/region_builder.h"
#include "wire/otlp_encoder.h"

namespace {
std::size_t allocations = 0;  // the test has one thread
}  // namespace

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* const memory = std::malloc(bytes)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace nanospan::test {
namespace {

class AllocationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    lane_ = region_.add_lane(1024);
    region_.add_tenant(lane_, 1, 5, "main");
    region_.add_tracestate(1, "vendor=1");
    const auto callsite = region_.add_callsite(region_.add_string("name"), SpanKind::kServer,
                                               region_.add_string("scope"));
    const auto method = region_.add_string("http.request.method");
    const auto get = region_.add_string("GET");
    const auto user = region_.add_string("user.id");
    plain_.callsite = common_.callsite = rich_.callsite = callsite;
    common_.payload = Payload()
                          .add(ElementType::kLiteral, method, "", {get}, "")
                          .add(ElementType::kString, user, "", {}, "7f3b52c1-9f1e-4c7a-b2d4-")
                          .words;
    rich_.tracestate = 1;
    rich_.payload = Payload()
                        .add(ElementType::kString, 0, "inline", {}, std::string(1000, 'x'))
                        .add(ElementType::kString, 0, "umlauts", {}, "\xC3\xA4\xC3\xB6")
                        .add(ElementType::kName, 0, "", {}, "another name")
                        .add(ElementType::kEvent, get, "", {1001},
                             Payload().add(ElementType::kStringArray, user, "", {}, "").bytes())
                        .add(ElementType::kLink, 0, "", {1, 2, 3, 1 | 1 << 8}, "")
                        .words;
  }
  void publish() {
    for (int i = 0; i < 20; ++i)
      for (const TestSpan* span : {&plain_, &common_, &rich_}) region_.publish(lane_, *span);
  }
  // What a few passes over new records allocate, behind a few that warm up.
  template <typename Encoder>
  std::size_t allocated_by_passes() {
    const auto view = format::RegionView::check(region_.bytes(), region_.size());
    decode::RegionReader reader(*view);
    BatchBuilder batch;
    Encoder encoder;
    std::size_t allocated = 0;
    for (int pass = 0; pass < 6; ++pass) {
      publish();
      const std::size_t before = allocations;
      batch.clear();
      const decode::ReadStats stats = reader.read_finished(batch, 1000);
      const std::size_t bytes = encoder.encode(batch.batch()).size();
      if (pass >= 2) allocated += allocations - before;
      EXPECT_EQ(stats.spans, 60u);
      EXPECT_GT(bytes, 20'000u);
    }
    return allocated;
  }

  RegionBuilder region_;
  std::uint32_t lane_ = 0;
  TestSpan plain_, common_, rich_;
};

TEST_F(AllocationTest, CountsAllocations) {
  const std::size_t before = allocations;
  operator delete(operator new(1));  // not to be optimised away
  EXPECT_GT(allocations, before);
}

TEST_F(AllocationTest, ProtobufIsReadAndEncodedWithoutOne) {
  EXPECT_EQ(allocated_by_passes<wire::OtlpEncoder>(), 0u);
}

TEST_F(AllocationTest, JsonIsReadAndEncodedWithoutOne) {
  EXPECT_EQ(allocated_by_passes<wire::OtlpJsonEncoder>(), 0u);
}

}  // namespace
}  // namespace nanospan::test

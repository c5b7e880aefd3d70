// What the tests of the reader share: a region, a batch, and the ids found in it.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "decode/region_reader.h"
#include "support/region_builder.h"

namespace nanospan::test {

class ReaderTest : public ::testing::Test {
 protected:
  [[nodiscard]] format::RegionView view() {
    const auto checked = format::RegionView::check(region.bytes(), region.size());
    EXPECT_TRUE(checked.ok()) << checked.error();
    return *checked;
  }
  // Ids of the batch's spans in their order.
  [[nodiscard]] std::vector<std::uint64_t> ids() const {
    std::vector<std::uint64_t> found;
    for (const SpanView span : batch.batch()) found.push_back(span.span_id().value);
    return found;
  }
  void publish_ids(std::uint32_t lane, std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      TestSpan span;
      span.id = first + i;
      region.publish(lane, span);
    }
  }

  RegionBuilder region;
  BatchBuilder batch;
};

inline std::vector<std::uint64_t> range(std::uint64_t first, std::uint64_t count) {
  std::vector<std::uint64_t> ids(count);
  for (std::uint64_t i = 0; i < count; ++i) ids[i] = first + i;
  return ids;
}

}  // namespace nanospan::test

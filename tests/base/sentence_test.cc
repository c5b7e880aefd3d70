#include "base/sentence.h"

#include <gtest/gtest.h>

namespace nanospan::base {
namespace {

TEST(Sentence, CountsOneAsOne) {
  EXPECT_EQ(counted(0, "region"), "0 regions");
  EXPECT_EQ(counted(1, "region"), "1 region");
  EXPECT_EQ(counted(18446744073709551615u, "span"), "18446744073709551615 spans");
}

}  // namespace
}  // namespace nanospan::base

#include "base/sentence.h"

#include <gtest/gtest.h>

namespace nanospan::base {
namespace {

TEST(Sentence, CountsOneAsOne) {
  EXPECT_STREQ(counted(0, "region").c_str(), "0 regions");
  EXPECT_STREQ(counted(1, "region").c_str(), "1 region");
  EXPECT_STREQ(counted(18446744073709551615u, "span").c_str(), "18446744073709551615 spans");
}

}  // namespace
}  // namespace nanospan::base

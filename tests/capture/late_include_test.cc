// Included behind a header whose inline function has a static variable with a destructor, as Asio's
// have: g++ declares the module's handle for it, before our headers do. It is a test by compiling.
#include <string>

namespace {

inline const std::string& header_only_name() {
  static const std::string name("a name that is too long to stand in the string itself");
  return name;
}

}  // namespace

#include <gtest/gtest.h>

#include "nanospan/nanospan.h"

namespace nanospan {
namespace {

TEST(LateInclude, SpansCanBeStartedAllTheSame) {
  NANOSPAN_SCOPE(span, "late");
  EXPECT_FALSE(header_only_name().empty());
  EXPECT_FALSE(span.is_recording());  // no recorder runs
}

}  // namespace
}  // namespace nanospan

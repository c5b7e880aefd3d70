// A statement's span costs no memory.
#include <gtest/gtest.h>

#include "nanospan/middleware/sqlite.h"
#include "support/counted_malloc.h"
#include "support/recording.h"

namespace nanospan {
namespace {

TEST(SqliteAllocations, AStatementsSpanHasNone) {
  if (!test::kCountsMalloc) GTEST_SKIP() << test::kWhyNotCounted;
  test::Recording recording;
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
  // With a literal to hide and without a parameter, which takes the most.
  sqlite3_stmt* statement = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE name = 'a long literal'",
                               -1, &statement, nullptr),
            SQLITE_OK);
  const auto trace = [statement] { const StatementSpan span(statement); };
  trace();  // the thread's first span, a callsite's registration
  EXPECT_EQ(test::allocations_of(trace), 0);
  sqlite3_finalize(statement);
  sqlite3_close(db);
  EXPECT_EQ(recording.spans("SELECT sqlite_schema").size(), 2u);
}

}  // namespace
}  // namespace nanospan

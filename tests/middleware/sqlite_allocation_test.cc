// A statement's span costs no memory.
#include <gtest/gtest.h>

#include "nanospan/middleware/sqlite.h"
#include "support/counted_malloc.h"
#include "support/recording.h"

namespace nanospan {
namespace {

TEST(SqliteAllocations, AStatementsSpanHasNone) {
  test::Recording recording;
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
  // With a literal to hide and without a parameter, which takes the most.
  sqlite3_stmt* statement = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE name = 'a long literal'",
                               -1, &statement, nullptr),
            SQLITE_OK);
  { const StatementSpan first(statement); }
#if NANOSPAN_TEST_COUNTS_MALLOC
  const long before = test::allocations;
  { const StatementSpan span(statement); }
  EXPECT_EQ(test::allocations - before, 0);
#endif
  sqlite3_finalize(statement);
  sqlite3_close(db);
  EXPECT_EQ(recording.spans("SELECT sqlite_schema").size(), 1u + NANOSPAN_TEST_COUNTS_MALLOC);
}

}  // namespace
}  // namespace nanospan

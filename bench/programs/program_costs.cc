#include "programs/program_costs.h"

namespace nanospan::bench {
namespace {

constexpr bool kLess = false, kAny = false;

constexpr Cost row(const char* name, const char* what, Figure (*measure)(const Effort&)) {
  return {name, what, "%", 1, kNoAim, kLess, kAny, measure};
}

constexpr Cost kRows[] = {
    row("sqlite/insert", "a span around each insert, a transaction of its own",
        measure_sqlite_insert),
    row("sqlite/insert_in_transaction", "a span around each insert, one transaction for all",
        measure_sqlite_insert_in_transaction),
    row("sqlite/select", "a span around each select of a row by its key", measure_sqlite_select),
    row("sqlite/range", "a span around each scan of 100 rows", measure_sqlite_range),
    row("leveldb/fill", "a span around each put of 100 bytes, keys in no order",
        measure_leveldb_fill),
    row("leveldb/read_random", "a span around each get, keys in no order",
        measure_leveldb_read_random),
    row("leveldb/read_sequential", "a span around each step of an iterator",
        measure_leveldb_read_sequential),
    row("leveldb/range", "a span around each seek with 100 steps", measure_leveldb_range),
};

}  // namespace

std::span<const Cost> program_rows() {
  return kRows;
}

}  // namespace nanospan::bench

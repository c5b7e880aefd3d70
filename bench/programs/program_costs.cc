#include "programs/program_costs.h"

namespace nanospan::bench {
namespace {

constexpr bool kLess = false, kAny = false;

constexpr const char* kInsert = "sqlite/insert";
constexpr const char* kInsertInTransaction = "sqlite/insert_in_transaction";
constexpr const char* kSelect = "sqlite/select";
constexpr const char* kSqliteRange = "sqlite/range";
constexpr const char* kFill = "leveldb/fill";
constexpr const char* kReadRandom = "leveldb/read_random";
constexpr const char* kReadSequential = "leveldb/read_sequential";
constexpr const char* kLeveldbRange = "leveldb/range";

template <const char* const& kName>
constexpr Cost row(const char* what) {
  return {kName,  what,  "%",  1,
          kNoAim, kLess, kAny, [](const Effort& effort) { return measure_program(kName, effort); },
          20};
}

constexpr Cost kRows[] = {
    row<kInsert>("a span around each insert, a transaction of its own"),
    row<kInsertInTransaction>("a span around each insert, one transaction for all"),
    row<kSelect>("a span around each select of a row by its key"),
    row<kSqliteRange>("a span around each scan of 100 rows"),
    row<kFill>("a span around each put of 100 bytes, keys in no order"),
    row<kReadRandom>("a span around each get, keys in no order"),
    row<kReadSequential>("a span around each step of an iterator"),
    row<kLeveldbRange>("a span around each seek with 100 steps"),
};

}  // namespace

std::span<const Cost> program_rows() {
  return kRows;
}

}  // namespace nanospan::bench

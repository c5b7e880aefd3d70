// The rows of programs that are not ours: SQLite and LevelDB, as Debian builds them.
//
// Threads: the writer's. Where a program's package was not there to build with, a row says so.
#pragma once

#include <span>

#include "harness/cost.h"

namespace nanospan::bench {

[[nodiscard]] std::span<const Cost> program_rows();

Figure measure_sqlite_insert(const Effort&);
Figure measure_sqlite_insert_in_transaction(const Effort&);
Figure measure_sqlite_select(const Effort&);
Figure measure_sqlite_range(const Effort&);
Figure measure_leveldb_fill(const Effort&);
Figure measure_leveldb_read_random(const Effort&);
Figure measure_leveldb_read_sequential(const Effort&);
Figure measure_leveldb_range(const Effort&);

}  // namespace nanospan::bench

// In place of sqlite.cc where its package is missing.
#include "programs/program_costs.h"

namespace nanospan::bench {

Figure measure_sqlite_insert(const Effort&) {
  return not_run("SQLite was not there to build with");
}
Figure measure_sqlite_insert_in_transaction(const Effort& effort) {
  return measure_sqlite_insert(effort);
}
Figure measure_sqlite_select(const Effort& effort) {
  return measure_sqlite_insert(effort);
}
Figure measure_sqlite_range(const Effort& effort) {
  return measure_sqlite_insert(effort);
}

}  // namespace nanospan::bench

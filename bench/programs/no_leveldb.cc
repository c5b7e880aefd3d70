// In place of leveldb.cc where its package is missing.
#include "programs/program_costs.h"

namespace nanospan::bench {

Figure measure_leveldb_fill(const Effort&) {
  return not_run("LevelDB was not there to build with");
}
Figure measure_leveldb_read_random(const Effort& effort) {
  return measure_leveldb_fill(effort);
}
Figure measure_leveldb_read_sequential(const Effort& effort) {
  return measure_leveldb_fill(effort);
}
Figure measure_leveldb_range(const Effort& effort) {
  return measure_leveldb_fill(effort);
}

}  // namespace nanospan::bench

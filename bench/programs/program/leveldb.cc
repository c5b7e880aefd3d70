// LevelDB with default options, keys of 16 bytes and values of 100, as its own db_bench has them.
//
// Its background thread, which compacts, is made while this thread may run on the other core, and
// stays there. A round of a fill is a fresh database that fits its first buffer, so that no
// compaction falls into one turn and not into the other.
#include <leveldb/db.h>
#include <leveldb/env.h>

#include <cstdio>
#include <latch>
#include <memory>
#include <string>

#include "harness/machine.h"
#include "programs/program/operations.h"

namespace nanospan::bench {
namespace {

constexpr unsigned kKeys = 100'000;
constexpr int kStepsOfRange = 100;
constexpr std::size_t kPutsOfRound = 20'480;  // they fit the first buffer

void start_background_thread_elsewhere() {
  std::latch runs(1);
  pin_this_thread(drain_cpu());
  leveldb::Env::Default()->Schedule(
      [](void* latch) { static_cast<std::latch*>(latch)->count_down(); }, &runs);
  runs.wait();
  pin_this_thread(writer_cpu());
}

class Store {
 public:
  Store() {
    start_background_thread_elsewhere();
    open_anew();
  }

  void open_anew() {
    db_.reset();
    const std::string path = directory_.path() + "/db";
    check(leveldb::DestroyDB(path, {}));
    leveldb::Options options;
    options.create_if_missing = true;
    leveldb::DB* opened = nullptr;
    check(leveldb::DB::Open(options, path, &opened));
    db_.reset(opened);
  }
  void fill_and_settle() {
    for (unsigned key = 0; key < kKeys && problem_.empty(); ++key) put(key);
    if (db_) db_->CompactRange(nullptr, nullptr);
  }

  void put(unsigned key) { check(db_->Put({}, name(key), value_)); }
  void get(unsigned key) { check(db_->Get({}, name(key), &read_)); }
  [[nodiscard]] std::unique_ptr<leveldb::Iterator> iterate() {
    return std::unique_ptr<leveldb::Iterator>(db_->NewIterator({}));
  }
  // One step, from the end to the start again.
  void step(leveldb::Iterator& at) {
    if (!at.Valid()) at.SeekToFirst();
    bytes_ += at.value().size();
    at.Next();
  }
  leveldb::Slice name(unsigned key) {
    std::snprintf(name_, sizeof(name_), "%016u", key);
    return {name_, 16};
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void check(const leveldb::Status& status) {
    if (!status.ok() && problem_.empty()) problem_ = "LevelDB: " + status.ToString();
  }

  ScratchDirectory directory_;
  std::unique_ptr<leveldb::DB> db_;
  char name_[17] = {};
  const std::string value_ = std::string(50, 'a') + std::string(50, 'b');
  std::string read_, problem_;
  std::size_t bytes_ = 0;
};

std::string unless(const Store& store, const std::string& problem) {
  return store.problem().empty() ? problem : store.problem();
}

std::string measure_fill(unsigned rounds) {
  Store store;
  KeyOrder next_key(kKeys);
  if (!store.problem().empty()) return store.problem();
  return unless(store, compare_operations(
                           kPutsOfRound / kTurnsOfRound, [&] { store.open_anew(); },
                           [&] { store.put(next_key()); }, rounds));
}

std::string measure_read_random(unsigned rounds) {
  Store store;
  store.fill_and_settle();
  if (!store.problem().empty()) return store.problem();
  KeyOrder next_key(kKeys);
  return unless(store, compare_operations(
                           300, [] {}, [&] { store.get(next_key()); }, rounds));
}

std::string measure_read_sequential(unsigned rounds) {
  Store store;
  store.fill_and_settle();
  if (!store.problem().empty()) return store.problem();
  const auto at = store.iterate();
  return compare_operations(
      2'500, [&] { at->SeekToFirst(); }, [&] { store.step(*at); }, rounds);
}

std::string measure_range(unsigned rounds) {
  Store store;
  store.fill_and_settle();
  if (!store.problem().empty()) return store.problem();
  KeyOrder next_key(kKeys);
  const auto at = store.iterate();
  const auto operation = [&] {
    at->Seek(store.name(next_key()));
    for (int i = 0; i < kStepsOfRange; ++i) store.step(*at);
  };
  return compare_operations(
      50, [] {}, operation, rounds);
}

const ProgramRow kFill{"leveldb/fill", measure_fill};
const ProgramRow kReadRandom{"leveldb/read_random", measure_read_random};
const ProgramRow kReadSequential{"leveldb/read_sequential", measure_read_sequential};
const ProgramRow kRange{"leveldb/range", measure_range};

}  // namespace
}  // namespace nanospan::bench

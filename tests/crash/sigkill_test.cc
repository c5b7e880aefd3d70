// SIGKILL at random moments: what the rings held, and what the file of the drain holds.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include "crash/dead_writers.h"
#include "crash/shared_page.h"
#include "format/checkpoint.h"
#include "recovery/region_file.h"
#include "stress/numbered.h"
#include "support/recording.h"

namespace nanospan::test {
namespace {

struct Scene {
  int threads;
  bool drain, growth, pace;
  bool waits;  // until all writers are at work; else it may die while it starts
};

constexpr Scene kScenes[] = {
    {1, false, false, false, true}, {4, false, false, false, true}, {1, false, true, false, true},
    {4, false, true, false, true},  {1, true, true, false, true},   {4, true, true, false, true},
    {1, true, false, true, true},   {4, true, false, true, true},   {4, true, true, false, false},
    {1, false, true, false, false},
};

std::string text_of(const Scene& scene) {
  return std::to_string(scene.threads) + " threads, drain " + std::to_string(scene.drain) +
         ", growth " + std::to_string(scene.growth) + ", pace " + std::to_string(scene.pace) +
         ", waits " + std::to_string(scene.waits);
}

pid_t start_writer(const Scene& scene, const PrivateDirectory& directory) {
  const std::string page = directory.file("page"), threads = std::to_string(scene.threads);
  const auto flag = [](bool is_set) { return is_set ? "1" : "0"; };
  const pid_t child = fork();
  if (child != 0) return child;
  execl(KILL_WRITER, KILL_WRITER, directory.path().c_str(), page.c_str(), threads.c_str(),
        flag(scene.drain), flag(scene.growth), flag(scene.pace), nullptr);
  _exit(127);
}

// "" while its writer had not made one.
std::string find_region(const PrivateDirectory& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
    if (entry.path().extension() == ".nspan") return entry.path().string();
  return "";
}

// One process from its start to its death, and what it leaves.
class Killing {
 public:
  Killing(const Scene& scene, std::mt19937_64& random)
      : scene_(scene), page_(directory_.file("page")) {
    const pid_t child = start_writer(scene, directory_);
    if (scene.waits)
      while (page_->writers_ready.load() < static_cast<std::uint32_t>(scene.threads) &&
             waitpid(child, nullptr, WNOHANG) == 0)
        std::this_thread::yield();
    std::uniform_int_distribution<int> delay_us(0, scene.waits ? 6'000 : 12'000);
    std::this_thread::sleep_for(std::chrono::microseconds(delay_us(random)));
    kill(child, SIGKILL);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended by itself";
  }

  void expect_all_there() {
    const std::string path = find_region(directory_);
    const auto region = path.empty() ? Status::failure("none") : recovery::RegionFile::open(path);
    if (!region) {  // it died while it made one
      EXPECT_FALSE(scene_.waits) << region.error();
      for (const KillPage::Writer& writer : page_->writers) EXPECT_EQ(writer.committed.load(), 0);
      return;
    }
    EXPECT_FALSE(region->alive());
    expect_tails(read_dead_writers(region->view(), *page_, From::kOldest));
    expect_one_checkpoint(region->view());
    if (scene_.drain)
      expect_delivered(read_dead_writers(region->view(), *page_, From::kCheckpoint));
  }

 private:
  [[nodiscard]] std::int64_t committed(int writer) const {
    return page_->writers[writer].committed.load();
  }
  void expect_tails(const DeadWriters& dead);
  void expect_tail(const DeadWriter& writer, std::int64_t committed) const;
  void expect_open(const DeadWriter& writer, std::int64_t committed) const;
  static void expect_one_checkpoint(const format::RegionView& view);
  void expect_delivered(const DeadWriters& dead);

  Scene scene_;
  PrivateDirectory directory_;
  SharedPage<KillPage> page_;
};

void Killing::expect_tails(const DeadWriters& dead) {
  EXPECT_EQ(dead.wrong, "");
  for (int index = 0; index < scene_.threads; ++index) {
    SCOPED_TRACE("writer " + std::to_string(index));
    const DeadWriter& writer = dead.writers[static_cast<std::size_t>(index)];
    expect_tail(writer, committed(index));
    expect_open(writer, committed(index));
  }
}

// All that the rings hold, each ring's without a gap, up to the last that ended.
void Killing::expect_tail(const DeadWriter& writer, std::int64_t committed) const {
  const std::vector<std::int64_t>& found = writer.finished;
  if (found.empty()) {
    EXPECT_EQ(committed, 0);
    return;
  }
  std::uint32_t gaps = 0;
  for (std::size_t i = 1; i < found.size(); ++i) {
    ASSERT_LT(found[i - 1], found[i]);
    gaps += found[i] != found[i - 1] + 1;
  }
  EXPECT_LE(gaps + 1, writer.rings);
  EXPECT_TRUE(committed == 0 || found.back() >= ordinal_of(committed - 1)) << found.back();
  EXPECT_LE(found.back(), ordinal_of(committed));
  // Behind the newest record of each ring: padding, the one that was being written, and what it
  // overwrites in part.
  constexpr std::uint64_t kSlotsMax = 9;  // of the longest record
  EXPECT_LE(writer.slots_read, writer.slots_held + kSlotsMax);
  EXPECT_GE(writer.slots_read + 3 * kSlotsMax * writer.rings, writer.slots_held);
}

// What the writer was at, and never what is finished.
void Killing::expect_open(const DeadWriter& writer, std::int64_t committed) const {
  EXPECT_LE(writer.open.size(), 2u);
  for (const NumberedFacts& facts : writer.open) {
    if (!facts.number) continue;
    EXPECT_EQ(*facts.number, committed) << facts.name;
    EXPECT_FALSE(
        std::binary_search(writer.finished.begin(), writer.finished.end(), facts.ordinal()))
        << facts.name << " " << *facts.number << " is both open and finished";
  }
}

// What was counted is what was confirmed.
void Killing::expect_one_checkpoint(const format::RegionView& view) {
  const format::SpanCounts counts = format::load_counts(view.header());
  std::uint64_t confirmed = 0, overwritten = 0;
  for (std::uint32_t lane = 0; lane < view.lane_count(); ++lane) {
    const auto checkpoint = format::load_checkpoint(view.header(), *view.lane(lane));
    confirmed += checkpoint.records;
    overwritten += checkpoint.overwritten;
  }
  EXPECT_EQ(counts.delivered + counts.refused + counts.overwritten + counts.unexported, confirmed);
  EXPECT_EQ(counts.overwritten, overwritten);
  EXPECT_EQ(counts.damaged, 0u);
}

// The file and what the region holds behind the checkpoint are all; what lies in both came with the
// one batch whose answer nobody saw.
void Killing::expect_delivered(const DeadWriters& dead) {
  EXPECT_EQ(dead.wrong, "");
  const DeliveredFile file = read_delivered(directory_.file("delivered.pb"));
  std::array<std::set<std::int64_t>, kWritersMax> everything;
  std::uint64_t repeated = 0;
  std::array<std::uint64_t, kWritersMax> in_last_batch{};
  for (std::size_t batch = 0; batch < file.batches.size(); ++batch)
    for (const NumberedFacts& facts : file.batches[batch]) {
      ASSERT_EQ(facts.check_finished(), "");
      const auto writer = static_cast<std::size_t>(*facts.writer);
      EXPECT_TRUE(everything[writer].insert(facts.ordinal()).second) << "delivered twice";
      in_last_batch[writer] += batch + 1 == file.batches.size();
      const std::vector<std::int64_t>& recovered = dead.writers[writer].finished;
      if (!std::binary_search(recovered.begin(), recovered.end(), facts.ordinal())) continue;
      ++repeated;
      EXPECT_EQ(batch + 1, file.batches.size()) << "delivered long ago, and recovered";
    }
  EXPECT_TRUE(repeated == 0 || !file.is_cut) << "delivered, and behind it a batch without answer";
  for (std::size_t index = 0; index < static_cast<std::size_t>(scene_.threads); ++index) {
    SCOPED_TRACE("writer " + std::to_string(index));
    const DeadWriter& writer = dead.writers[index];
    everything[index].insert(writer.finished.begin(), writer.finished.end());
    const std::int64_t ended = committed(static_cast<int>(index));
    const auto there = static_cast<std::int64_t>(everything[index].size());
    if (there == 0) {
      EXPECT_EQ(ended, 0);
      continue;
    }
    const std::int64_t last = *everything[index].rbegin();
    EXPECT_TRUE(ended == 0 || last >= ordinal_of(ended - 1));
    const std::uint64_t lost = writer.overwritten_first + writer.overwritten_later;
    // Of a batch without answer what was overwritten meanwhile counts as lost, and is in the file.
    const auto missing = static_cast<std::uint64_t>(last + 1 - there);
    EXPECT_LE(missing, lost) << "missing, and not counted";
    EXPECT_LE(lost, missing + in_last_batch[index]) << "counted, and not missing";
    EXPECT_TRUE(lost == 0 || !scene_.pace) << lost << " lost";
  }
}

TEST(SigKill, AtRandomMomentsLosesNothingThatTheRingsHeld) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  const int runs = 20 * stress_factor(10, 500);
  for (int run = 0; run < runs && !::testing::Test::HasFailure(); ++run) {
    const Scene& scene = kScenes[static_cast<std::size_t>(run) % std::size(kScenes)];
    SCOPED_TRACE("run " + std::to_string(run) + " of seed " + std::to_string(seed) + ": " +
                 text_of(scene));
    Killing killing(scene, random);
    if (!::testing::Test::HasFailure()) killing.expect_all_there();
  }
}

}  // namespace
}  // namespace nanospan::test

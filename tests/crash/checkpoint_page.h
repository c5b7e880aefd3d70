// What a program that stores checkpoints says of itself, beside its region.
#pragma once

#include <atomic>
#include <cstdint>

namespace nanospan::test {

inline constexpr std::size_t kCheckpointSpansMax = 4096;

struct CheckpointPage {
  char region_path[256];
  std::atomic<std::uint32_t> answers;  // parcels and batches that were answered for
  struct Ids {
    std::atomic<std::uint32_t> count;
    std::atomic<std::uint64_t> ids[kCheckpointSpansMax];

    void add(std::uint64_t id) {
      ids[count.load()].store(id);
      count.store(count.load() + 1);
    }
  };
  Ids recorded;
  Ids exported;  // in their order, each before its answer
};

}  // namespace nanospan::test

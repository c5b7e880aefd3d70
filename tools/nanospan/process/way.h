// Way: how much of a region there is to read, in slots, and how much of it is done: for progress.
//
// Threads: none. The reader outlives it.
#pragma once

#include <cstdint>
#include <vector>

#include "decode/region_reader.h"

namespace nanospan::tools {

class Way {
 public:
  // From where the reader is to where the writers are.
  explicit Way(const decode::RegionReader& reader);

  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  [[nodiscard]] std::uint64_t done() const noexcept;

 private:
  struct Lane {
    std::uint64_t begin = 0, end = 0;
  };
  const decode::RegionReader& reader_;
  std::vector<Lane> lanes_;
  std::uint64_t total_ = 0;
};

}  // namespace nanospan::tools

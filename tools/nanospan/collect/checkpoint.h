// Checkpoint: how far a collector has come, in a file that is whole at every moment.
//
// Written beside and renamed: after each export, so that one at most is repeated; of a file of our
// own before each, with what comes (`pending`), so that none is (collect_output.h).
// Threads: none. Errors: a sentence. Bytes from the file are not trusted.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nanospan/status.h"

namespace nanospan::tools {

struct LaneProgress {
  std::uint64_t position = 0, records = 0;
};

struct RegionProgress {
  std::vector<LaneProgress> lanes;
  std::int64_t done_unix_ns = 0;  // not 0: its process is dead and all of it was exported
};

// Spans on their way into our own file.
struct PendingExport {
  std::string region;
  RegionProgress progress;  // of the region, once they are there
};

class Checkpoint {
 public:
  explicit Checkpoint(std::string path) : path_(std::move(path)) {}
  ~Checkpoint();
  Checkpoint(const Checkpoint&) = delete;
  Checkpoint& operator=(const Checkpoint&) = delete;

  // Takes it for this process alone, and reads what another left.
  Status open();
  Status save() const;

  [[nodiscard]] bool was_there() const noexcept { return was_there_; }

  std::uint64_t output_bytes = 0;                 // of our own file
  std::optional<PendingExport> pending;           // behind output_bytes
  std::map<std::string, RegionProgress> regions;  // by the names of their files

 private:
  Status parse(const std::string& untrusted);

  std::string path_;
  int lock_ = -1;
  bool was_there_ = false;
};

}  // namespace nanospan::tools

// CollectOutput: where collected spans go: a file of our own, or any exporter.
//
// Of our own file a restart can tell whether the last export is in it: the checkpoint says before
// each how long the file is and what comes, one piece (Checkpoint::pending). Why not simply cut off
// what lies behind the checkpoint: its spans may be overwritten in their ring by then.
// Threads: none. Errors: sentences.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "collect/checkpoint.h"
#include "collect/collect.h"
#include "nanospan/exporter.h"

namespace nanospan::tools {

class CollectOutput {
 public:
  // Brings checkpoint and file into agreement.
  Status open(const CollectOptions& options, Checkpoint& checkpoint);
  // False: refused, all of it; last_error().
  [[nodiscard]] bool take(const SpanBatch& batch);
  // False: some that was taken could not be written.
  [[nodiscard]] bool end();

  [[nodiscard]] bool is_own_file() const noexcept { return !path_.empty(); }
  // Of our own file.
  [[nodiscard]] std::uint64_t bytes() const;
  [[nodiscard]] std::string describe() const { return exporter_->describe(); }
  [[nodiscard]] std::string last_error() const { return exporter_->last_error(); }
  // Whoever read standard output has seen enough.
  [[nodiscard]] bool reader_is_gone() const;

 private:
  Status open_exporter(const std::string& name);
  Status settle(Checkpoint& checkpoint) const;

  std::string path_;  // "": not a file of our own
  bool is_protobuf_ = false;
  bool is_standard_output_ = false;
  std::unique_ptr<Exporter> exporter_;
};

}  // namespace nanospan::tools

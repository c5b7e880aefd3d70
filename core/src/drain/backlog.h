// Backlog: spans from elsewhere, which the drain exports between its passes: what dead processes
// left. The drain knows no more of them than this.
//
// Threads: the drain's; when that has ended, whoever shuts it down.
#pragma once

#include <cstdint>

#include "decode/batch_builder.h"

namespace nanospan::drain {

class Backlog {
 public:
  enum class Step : std::uint8_t { kBatch, kMore, kEnd };

  Backlog() = default;
  Backlog(const Backlog&) = delete;
  Backlog& operator=(const Backlog&) = delete;
  virtual ~Backlog() = default;  // at any time

  // One bounded piece of work. kBatch: `into`, empty before, holds spans, and nothing more is asked
  // until they are answered for. kMore: there is more to do. kEnd: there is nothing left.
  // What it throws ends the backlog.
  [[nodiscard]] virtual Step next(decode::BatchBuilder& into) = 0;
  // Of the last batch: whether all exporters took it.
  virtual void answered(bool is_delivered) noexcept = 0;
};

}  // namespace nanospan::drain

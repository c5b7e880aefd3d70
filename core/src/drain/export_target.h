// ExportTarget: one exporter as the export worker calls it: nothing it throws gets past, and each
// of its failures is said once a minute.
//
// Threads: the worker's alone; name() any.
#pragma once

#include <memory>
#include <string>

#include "base/rate_limited_log.h"
#include "nanospan/exporter.h"

namespace nanospan::drain {

class ExportTarget {
 public:
  explicit ExportTarget(const std::shared_ptr<Exporter>& exporter);

  // What it said of itself at first: asked for while it hangs it might hang too.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // False: it refused, or threw.
  // `what`: begins the sentence that says so, and says what becomes of the spans.
  [[nodiscard]] bool export_batch(const SpanBatch& batch, Deadline deadline,
                                  const char* what) noexcept;
  [[nodiscard]] bool flush(Deadline deadline) noexcept;
  void shutdown(Deadline deadline) noexcept;

 private:
  void say_failure(base::RateLimitedLog& cause, const char* what, const char* why) noexcept;

  std::shared_ptr<Exporter> exporter_;
  std::string name_;
  base::RateLimitedLog refused_, threw_, flush_failed_, flush_threw_, shutdown_threw_;
};

}  // namespace nanospan::drain

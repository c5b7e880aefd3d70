#include "drain/export_target.h"

#include <exception>
#include <utility>

#include "base/log.h"

namespace nanospan::drain {
namespace {

constexpr const char* kUnknown = "an exception of an unknown type";

std::string name_of(const Exporter& exporter) {
  try {
    return exporter.describe();
  } catch (...) {
    return "an exporter";
  }
}

}  // namespace

ExportTarget::ExportTarget(const std::shared_ptr<Exporter>& exporter)
    : exporter_(exporter), name_(name_of(*exporter_)) {}

void ExportTarget::say_failure(base::RateLimitedLog& cause, const char* what,
                               const char* why) noexcept {
  if (cause.take_turn())
    base::say(LogLevel::kError, "%s %s failed (%s). Said once a minute.", what, name_.c_str(), why);
}

bool ExportTarget::export_batch(const SpanBatch& batch, Deadline deadline,
                                const char* what) noexcept {
  try {
    if (exporter_->export_batch(batch, deadline) == ExportResult::kSuccess) return true;
    const std::string why = exporter_->last_error();
    say_failure(refused_, what, why.empty() ? "the exporter refused the batch" : why.c_str());
  } catch (const std::exception& error) {
    say_failure(threw_, what, error.what());
  } catch (...) {
    say_failure(threw_, what, kUnknown);
  }
  return false;
}

bool ExportTarget::flush(Deadline deadline) noexcept {
  constexpr const char* kWhat = "Flushing";
  try {
    if (exporter_->flush(deadline)) return true;
    if (const std::string why = exporter_->last_error(); !why.empty())
      say_failure(flush_failed_, kWhat, why.c_str());
  } catch (const std::exception& error) {
    say_failure(flush_threw_, kWhat, error.what());
  } catch (...) {
    say_failure(flush_threw_, kWhat, kUnknown);
  }
  return false;
}

void ExportTarget::shutdown(Deadline deadline) noexcept {
  constexpr const char* kWhat = "Shutting down";
  try {
    exporter_->shutdown(deadline);
  } catch (const std::exception& error) {
    say_failure(shutdown_threw_, kWhat, error.what());
  } catch (...) {
    say_failure(shutdown_threw_, kWhat, kUnknown);
  }
}

}  // namespace nanospan::drain

#include "crash.h"

#include "decode/crash_event.h"
#include "decode/crash_report.h"
#include "symbolize.h"

namespace nanospan::tools {

std::optional<CrashSummary> summarize_crash(const recovery::RegionFile& file,
                                            const clock::ClockMap& clock) {
  const auto report = decode::read_crash(file.view());
  if (!report) return std::nullopt;
  CrashSummary crash;
  crash.type = decode::crash_type(*report);
  crash.message = decode::crash_message(*report);
  crash.stack_trace = symbolized_stack_trace(*report);
  crash.thread = std::to_string(report->thread_id);
  if (!report->thread_name.empty()) crash.thread += " " + report->thread_name;
  crash.time_unix_ns = clock.to_unix_ns(report->ticks);
  crash.span_id = report->span_id;
  return crash;
}

decode::OpenAddition crash_addition(const std::optional<CrashSummary>& crash) {
  if (!crash || crash->span_id == 0) return {};
  decode::OpenAddition addition;
  addition.span_id = crash->span_id;
  addition.elements =
      decode::crash_event({crash->type, crash->message, crash->stack_trace}, crash->time_unix_ns);
  return addition;
}

}  // namespace nanospan::tools

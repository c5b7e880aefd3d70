#include "process/crash.h"

#include "decode/crash_event.h"
#include "decode/crash_report.h"
#include "process/symbolize.h"

namespace nanospan::tools {

std::optional<CrashSummary> summarize_crash(const format::RegionView& view,
                                            const clock::ClockMap& clock) {
  const auto report = decode::read_crash(view);
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

void read_in_flight(decode::RegionReader& reader, std::int64_t end_unix_ns, BatchBuilder& into,
                    ReadReport& report) {
  report.crash = summarize_crash(reader.view(), reader.clock());
  decode::OpenAddition addition = crash_addition(report.crash);
  report.unfinished = reader.read_open(into, end_unix_ns, &addition);
  report.spans += report.unfinished;
  if (report.crash) report.crash->on_span = addition.was_added;
}

}  // namespace nanospan::tools

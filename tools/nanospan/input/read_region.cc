#include "decode/moment_reader.h"
#include "facts/time_window.h"
#include "format/checkpoint.h"
#include "input/reading.h"
#include "process/crash.h"
#include "process/way.h"
#include "recovery/region_file.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

constexpr std::size_t kBatchSpans = 4096;

void add(ReadReport& report, const decode::ReadStats& stats) {
  report.spans += stats.spans;
  report.overwritten += stats.overwritten;
  report.damaged += stats.damaged;
  report.not_exported += stats.not_exported;
}

// A process that runs, at this moment. False: the sink refused.
bool read_moment(decode::RegionReader& reader, const ReadOptions& options, SpanSink& sink,
                 ReadReport& report) {
  report.crash = summarize_crash(reader.view(), reader.clock());  // it may be dying at this moment
  decode::OpenAddition addition = crash_addition(report.crash);
  decode::MomentReader moment(reader, options.last, &addition);
  const decode::MomentStats& stats = moment.stats();
  std::uint64_t spans = 0;
  const bool is_taken = moment.hand_all_to([&](const SpanBatch& batch) {
    spans += batch.size();
    if (options.on_progress) options.on_progress(spans, stats.spans, spans);
    return sink.take(batch);
  });
  if (report.crash) report.crash->on_span = addition.was_added;
  report.spans = stats.spans;
  report.unfinished = stats.unfinished;
  report.too_old = stats.too_old;
  report.overwritten = stats.overwritten;
  report.damaged = stats.damaged;
  report.not_exported = stats.not_exported;
  if (options.last && stats.whole_since_unix_ns > stats.began_unix_ns)
    report.reach = std::chrono::nanoseconds(stats.moment_unix_ns - stats.whole_since_unix_ns);
  return is_taken;
}

// A process that is gone. False: the sink refused.
bool read_all(decode::RegionReader& reader, const recovery::RegionFile& file,
              const ReadOptions& options, SpanSink& sink, ReadReport& report) {
  const TimeWindow window(options.last, file.end_of_open_spans(reader.clock()));
  const Way way(reader);
  BatchBuilder builder;
  for (bool more = true; more;) {
    const decode::ReadStats stats = reader.read_finished(builder, kBatchSpans);
    add(report, stats);
    window.apply(builder, report);
    if (!builder.empty() && !sink.take(builder.batch())) return false;
    builder.clear();
    const std::uint64_t done = way.done();
    if (options.on_progress) options.on_progress(done, way.total(), report.spans);
    more = stats.more && stats.records() != 0;
  }
  read_in_flight(reader, file.end_of_open_spans(reader.clock()), builder, report);
  return builder.empty() || sink.take(builder.batch());
}

}  // namespace

ReadResult read_region(const Input& input, const ReadOptions& options, SpanSink& sink) {
  ReadResult result;
  ReadReport& report = result.report;
  report.path = input.path;
  report.kind = "region";
  report.is_region = true;
  const auto file = recovery::RegionFile::open(input.path);
  if (!file) {
    result.code = kUnreadable;
    result.error = printable(input.path) + ": " + file.error();
    return result;
  }
  report.alive = file->alive();
  report.being_recovered = file->liveness() == recovery::Liveness::kBeingRecovered;
  report.everything = options.everything || report.alive;
  report.delivered = format::load_counts(file->view().header()).delivered;
  decode::RegionReader reader(file->view(), file->reader_options());
  reader.set_clock(file->clock());
  if (!report.everything) reader.start_at_confirmed();
  if (!report.alive)
    report.death =
        Death{decode::time_of_death(file->view(), reader.clock()), recovery::now_unix_ns()};
  if (!(report.alive ? read_moment(reader, options, sink, report)
                     : read_all(reader, *file, options, sink, report)))
    result.code = kOutputFailed;
  else if (report.damaged != 0)
    result.code = kDamaged;
  return result;
}

}  // namespace nanospan::tools

#include "crash.h"
#include "reading.h"
#include "recovery/region_file.h"
#include "text.h"
#include "time_window.h"

namespace nanospan::tools {
namespace {

constexpr std::size_t kBatchSpans = 4096;

void add(ReadReport& report, const decode::ReadStats& stats) {
  report.spans += stats.spans;
  report.overwritten += stats.overwritten;
  report.damaged += stats.damaged;
  report.not_exported += stats.not_exported;
}

std::uint64_t records_of(const format::RegionView& view) {
  std::uint64_t records = 0;
  for (std::uint32_t index = 0; index < view.lane_count(); ++index) {
    if (const auto* lane = view.lane(index))
      records += lane->counters.records.load(std::memory_order_relaxed);
  }
  return records;
}

// False: the sink refused.
bool read_all(decode::RegionReader& reader, const recovery::RegionFile& file,
              const ReadOptions& options, SpanSink& sink, ReadReport& report) {
  const TimeWindow window(options.last, file.end_of_open_spans(reader.clock()));
  // A live process may record as fast as we read: what was there when we came is enough.
  const std::uint64_t records_max = records_of(file.view());
  std::uint64_t records = 0;
  BatchBuilder builder;
  for (bool more = true; more;) {
    const decode::ReadStats stats = reader.read_finished(builder, kBatchSpans);
    add(report, stats);
    records += stats.records();
    window.apply(builder, report);
    if (!builder.empty() && !sink.take(builder.batch())) return false;
    builder.clear();
    if (options.on_progress) options.on_progress(0, 0, report.spans);
    more = stats.more && stats.records() != 0 && (!file.alive() || records < records_max);
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
  report.delivered = file->view().header().delivered.load(std::memory_order_relaxed);
  decode::RegionReader reader(file->view(), file->reader_options());
  reader.set_clock(file->clock());
  if (!report.everything) reader.start_at_confirmed();
  if (!report.alive)
    report.death =
        Death{decode::time_of_death(file->view(), reader.clock()), recovery::now_unix_ns()};
  if (!read_all(reader, *file, options, sink, report))
    result.code = kOutputFailed;
  else if (report.damaged != 0)
    result.code = kDamaged;
  return result;
}

}  // namespace nanospan::tools

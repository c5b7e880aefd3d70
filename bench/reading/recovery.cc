// Recovery: from a region's file to a file of OTLP protobuf, on one core, as after a crash.
//
// A ring of 4 MiB is filled once; each round maps the file anew, reads all that it holds by a fresh
// reader, and writes it through the file exporter.
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "capture/runtime.h"
#include "decode/batch_builder.h"
#include "harness/pace.h"
#include "nanospan/exporters/otlp_file_exporter.h"
#include "reading/reading_costs.h"
#include "recording/comparison.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "recovery/region_file.h"

namespace nanospan::bench {
namespace {

constexpr std::size_t kBatchSpans = 4096;

// Spans written; 0: something failed.
std::size_t recover(const std::string& region, const std::string& output) {
  const auto file = recovery::RegionFile::open(region);
  auto exporter =
      make_otlp_file_exporter({.path = output, .format = OtlpFileFormat::kLengthDelimitedProtobuf});
  if (!file || !exporter) return 0;
  // Its owner is this process, which stands still meanwhile.
  decode::RegionReader reader(file->view(), {.owner_is_gone = true});
  const Deadline never = Deadline::max();
  BatchBuilder batch;
  std::size_t spans = 0;
  for (bool more = true; more;) {
    batch.clear();
    more = reader.read_finished(batch, kBatchSpans).more;
    if (batch.empty()) continue;
    if ((*exporter)->export_batch(batch.batch(), never) != ExportResult::kSuccess) return 0;
    spans += batch.size();
  }
  (*exporter)->shutdown(never);
  return spans;
}

}  // namespace

Figure measure_recovery(const Effort& effort) {
  RecorderOptions options;
  options.ring_bytes_initial = options.ring_bytes_max;
  const Session session(Drained::kNo, std::move(options));
  if (!session.problem().empty()) return problem(session.problem());
  constexpr std::size_t kSpans = 60'000;  // fewer than fit the ring
  record_spans(kSpans);
  const std::string region = capture::current()->region->path(), output = region + ".pb";
  bool is_whole = true;
  const auto recover_once = [&] {
    unlink(output.c_str());
    const std::uint64_t begin = detail::read_ticks();
    is_whole &= recover(region, output) == kSpans;
    const std::uint64_t ticks = detail::read_ticks() - begin;
    return static_cast<double>(ticks) * ns_per_tick() / kSpans;
  };
  Figure figure;
  figure.rounds = measure_rounds(
      {{"F", [] { return ns_flat_out(read_tick_pairs); }}, {"recovery", recover_once}},
      effort.rounds);
  unlink(output.c_str());
  if (!is_whole) return problem("A round did not recover all spans, or could not write them.");
  figure.value = figure.rounds.of([](const std::vector<double>& ns) { return 1e3 / ns[1]; });
  figure.note = std::to_string(kSpans) + " spans a round, file on a tmpfs";
  return figure;
}

}  // namespace nanospan::bench

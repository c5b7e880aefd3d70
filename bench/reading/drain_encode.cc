// What the drain does to each span: from the ring's bytes to OTLP's, on one thread.
//
// A ring of 4 MiB is filled by real spans, then read and encoded in batches of the drain's size.
#include "capture/runtime.h"
#include "decode/batch_builder.h"
#include "decode/region_reader.h"
#include "harness/pace.h"
#include "reading/reading_costs.h"
#include "recording/comparison.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "wire/otlp_encoder.h"

namespace nanospan::bench {
namespace {

// Reads and encodes all that is new; returns how many spans.
class Pipe {
 public:
  explicit Pipe(const format::RegionView& region) : reader_(region, {.gives_lines_back = true}) {}

  std::size_t run() {
    std::size_t spans = 0;
    for (bool more = true; more;) {
      batch_.clear();
      const decode::ReadStats read = reader_.read_finished(batch_, kBatchSpans);
      if (!batch_.empty()) bytes_ += encoder_.encode(batch_.batch()).size();
      spans += batch_.size();
      more = read.more;
    }
    return spans;
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kBatchSpans = 4096;
  decode::RegionReader reader_;
  BatchBuilder batch_;
  wire::OtlpEncoder encoder_;
  std::uint64_t bytes_ = 0;
};

Figure measure_drain(Loop loop, std::size_t spans, const Effort& effort) {
  RecorderOptions options;
  options.ring_bytes_initial = options.ring_bytes_max;
  const Session session(Drained::kNo, std::move(options));
  if (!session.problem().empty()) return problem(session.problem());
  Pipe pipe(capture::current()->region->view());
  std::size_t exported = 0, written = 0;
  const auto drain = [&] {
    loop(spans);
    written += spans;
    const std::uint64_t begin = detail::read_ticks();
    const std::size_t read = pipe.run();
    const std::uint64_t ticks = detail::read_ticks() - begin;
    exported += read;
    return static_cast<double>(ticks) * ns_per_tick() / static_cast<double>(spans);
  };
  Figure figure;
  figure.rounds = measure_rounds(
      {{"F", [] { return ns_flat_out(read_tick_pairs); }}, {"drain", drain}}, effort.rounds);
  figure.value = figure.rounds.side(1);
  figure.has_delivery = true;
  figure.exported = exported;
  figure.lost = written - exported;
  if (exported != 0)
    figure.note = std::to_string((pipe.bytes() + exported / 2) / exported) + " bytes a span";
  return figure;
}

}  // namespace

Figure measure_drain_plain(const Effort& effort) {
  return measure_drain(record_spans, 60'000, effort);
}

Figure measure_drain_four_attributes(const Effort& effort) {
  return measure_drain(record_spans_with_attributes, 20'000, effort);
}

}  // namespace nanospan::bench

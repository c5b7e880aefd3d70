#include "recording/session.h"

#include <unistd.h>

#include "harness/machine.h"
#include "harness/pace.h"
#include "nanospan/detail/lane_control.h"
#include "recording/span_loops.h"

namespace nanospan::bench {
namespace {

RecorderOptions complete(RecorderOptions options, Drained drained,
                         const std::shared_ptr<EncodingExporter>& exporter) {
  options.recover_on_start = false;  // what an earlier run left is not this one's work
  options.service_name = "nanospan_bench";
  options.drain.enabled = drained != Drained::kNo;
  options.drain.cpus = {drained == Drained::kOnWritersCore ? writer_cpu() : drain_cpu()};
  if (options.drain.enabled) options.exporters.push_back(exporter);
  return options;
}

}  // namespace

Session::Session(Drained drained, RecorderOptions options)
    : exporter_(std::make_shared<EncodingExporter>()) {
  if (drained == Drained::kYes && !has_two_cores()) {
    problem_ = "The drain needs a core of its own; this process may use only one.";
    return;
  }
  recorder_ =
      std::make_unique<Recorder>(Recorder::start(complete(std::move(options), drained, exporter_)));
  if (!*recorder_)
    problem_ = recorder_->error();
  else if (!prepare_thread())
    problem_ = "No lane could be had for the writer.";
  region_path_ = recorder_->region_path();
}

Session::~Session() {
  recorder_.reset();
  if (!region_path_.empty()) unlink(region_path_.c_str());
}

std::uint64_t Session::ring_bytes() const {
  const detail::LaneControl& lane = *detail::tls_lane;
  return static_cast<std::uint64_t>(lane.ring_end - lane.ring) * sizeof(detail::Slot);
}

void Session::settle_ring(double per_second) {
  constexpr unsigned kQuietSteps = 5, kStepsMax = 40;
  const auto step = static_cast<std::size_t>(per_second / 20);
  std::uint64_t bytes = ring_bytes();
  unsigned quiet = 0;
  for (unsigned i = 0; i < kStepsMax && quiet < kQuietSteps; ++i) {
    (void)ns_in_bursts(record_nested_spans, {.per_second = per_second, .operations = step});
    quiet = ring_bytes() == bytes ? quiet + 1 : 0;
    bytes = ring_bytes();
  }
}

std::uint64_t Session::lost() const {
  const Accounting counts = recorder_->accounting();
  return counts.lost() + counts.overwritten + counts.damaged + counts.refused;
}

bool Session::flush() {
  return recorder_->flush();
}

void Session::begin_counting() {
  flush();
  exported_before_ = exporter_->spans();
  lost_before_ = lost();
}

void Session::finish_counting(Figure& figure) {
  if (!flush()) figure.note += " not all was flushed within 5 s;";
  figure.has_delivery = true;
  figure.exported = exporter_->spans() - exported_before_;
  figure.lost = lost() - lost_before_;
  figure.lost_in_warm_up = lost_before_;
}

}  // namespace nanospan::bench

// Answers for spans, as a drain or as who recovers the region of a dead one; checkpoint_step_test
// steps through every answer.
//
// Usage: checkpoint_program <directory> <page>: records, and answers for parcels
//        checkpoint_program <region> <page> recover: delivers what another one left
// It sends itself SIGTRAP before each answer.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "capture/runtime.h"
#include "crash/checkpoint_page.h"
#include "crash/shared_page.h"
#include "decode/region_reader.h"
#include "drain/parcel.h"
#include "nanospan/nanospan.h"
#include "recovery/dead_region.h"

namespace nanospan::test {
namespace {

using Page = SharedPage<CheckpointPage>;

void record(const Page& page, int spans) {
  for (int i = 0; i < spans; ++i) {
    const ScopedSpan span(NANOSPAN_CALLSITE("span"));
    page->recorded.add(span.context().span_id.value);
  }
}

void export_spans(const Page& page, const SpanBatch& batch) {
  for (const SpanView span : batch) page->exported.add(span.span_id().value);
}

// What a drain's threads do, in one.
class Answering {
 public:
  Answering(region::Region& region, const Page& page)
      : region_(region), page_(page), reader_(region.view()) {
    for (std::uint32_t lane = 0; lane < reader_.lane_count(); ++lane)
      reader_.start_lane_at(lane, 0, 0);
    positions_.resize(reader_.lane_count());
  }
  // One parcel of so many spans.
  void answer(std::size_t spans, drain::ParcelOutcome outcome) {
    drain::Parcel parcel;
    const decode::ReadStats read = reader_.read_finished(parcel.spans, spans);
    parcel.losses = {read.overwritten, read.damaged, read.not_exported, 0};
    for (std::uint32_t lane = 0; lane < reader_.lane_count(); ++lane) {
      const std::uint64_t position = reader_.lane_position(lane);
      if (std::exchange(positions_[lane], position) == position) continue;
      parcel.marks.push_back(
          {lane, {position, reader_.lane_records(lane), reader_.lane_overwritten(lane)}});
    }
    region_.header().in_export.fetch_add(parcel.spans.size());
    export_spans(page_, parcel.spans.batch());
    raise(SIGTRAP);
    drain::answer_for(region_, parcel, outcome);
    page_->answers.fetch_add(1);
  }

 private:
  region::Region& region_;
  const Page& page_;
  decode::RegionReader reader_;
  std::vector<std::uint64_t> positions_;
};

int run(const char* directory, const Page& page) {
  RecorderOptions options;
  options.region_directory = directory;
  options.drain.enabled = false;
  options.ring_bytes_initial = options.ring_bytes_max = 16u << 10;
  options.budget_bytes = 2u << 20;
  const Recorder recorder = Recorder::start(std::move(options));
  if (!recorder) return 1;
  std::snprintf(page->region_path, sizeof(page->region_path), "%s", recorder.region_path().c_str());
  constexpr int kLaps = 300;  // more than a ring has slots
  record(page, kLaps);
  std::thread([&] { record(page, 60); }).join();
  Answering answering(*capture::current()->region, page);
  constexpr auto kDelivered = &format::RegionHeader::delivered;
  answering.answer(200, kDelivered);
  record(page, kLaps);
  answering.answer(70, &format::RegionHeader::refused);  // of both lanes
  answering.answer(40, kDelivered);
  answering.answer(40, kDelivered);
  record(page, kLaps);
  answering.answer(40, kDelivered);
  return 0;
}

int recover(const char* region, const Page& page) {
  auto file = recovery::DeadFile::find(region);
  if (!file) return 1;
  auto claim = recovery::Claim::take(*file);
  if (!claim) return 1;
  recovery::DeadRegion dead(std::move(*claim), 64u << 20, 60);
  std::snprintf(page->region_path, sizeof(page->region_path), "%s", region);
  for (BatchBuilder batch;; batch.clear()) {
    const auto step = dead.next(batch);
    if (step == recovery::DeadRegion::Step::kMore) continue;
    if (step != recovery::DeadRegion::Step::kBatch) return 0;
    export_spans(page, batch.batch());
    raise(SIGTRAP);
    dead.answered();
    page->answers.fetch_add(1);
  }
}

}  // namespace
}  // namespace nanospan::test

int main(int argc, char** argv) {
  using namespace nanospan::test;
  if (argc != 3 && argc != 4) return 2;
  const Page page(argv[2]);
  _exit(argc == 3 ? run(argv[1], page) : recover(argv[1], page));
}

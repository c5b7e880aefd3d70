// Turns words of a whole region wrong, as the input says, and reads everything in it.
//
// Input: a byte (bit 0: the owner is gone; bit 1: the region that a real process left, instead of
// one that was built with a bit of everything; bit 2: from the checkpoint on), then patches of 12
// bytes: where (4) and what (8). A region is megabytes of zeros, so that patches reach what a
// mutated file would not.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "decode/crash_event.h"
#include "decode/region_reader.h"
#include "format/checkpoint.h"
#include "support/dead_recording.h"
#include "support/region_builder.h"
#include "wire/otlp_encoder.h"

namespace {

using namespace nanospan;        // NOLINT
using namespace nanospan::test;  // NOLINT

constexpr std::size_t kExtents = 512 << 10;

RegionBuilder& built() {
  static RegionBuilder* const made = [] {
    auto* const region = new RegionBuilder(kExtents);
    const auto lane = region->add_lane(64);
    region->add_tenant(lane, 1, 5, "main");
    region->add_anchor(0, 1, 1);
    region->add_anchor(1000, 2001, 1001);
    region->add_tracestate(1, "vendor=1");
    TestSpan span;
    span.callsite = region->add_callsite(region->add_string("name"));
    span.tracestate = 1;
    span.payload = Payload()
                       .add(ElementType::kString, 1, "", {}, "value")
                       .add(ElementType::kEvent, 1, "", {1001},
                            Payload().add(ElementType::kStringArray, 1, "", {}, "").bytes())
                       .add(ElementType::kLink, 0, "", {1, 2, 3, 1 | 1 << 8}, "")
                       .words;
    for (int i = 0; i < 25; ++i) region->publish(lane, span);
    TestSpan common = span;
    common.tracestate = 0;
    common.payload = Payload()
                         .add(ElementType::kString, 1, "", {}, "value")
                         .add(ElementType::kLiteral, region->add_string("key"), "", {1}, "")
                         .add(ElementType::kInt64, region->add_string("other"), "", {1}, "")
                         .words;
    for (int i = 0; i < 25; ++i) region->publish(lane, common);
    region->add_ring(lane, 128, region->lane(lane).counters.position);
    for (int i = 0; i < 20; ++i) region->publish(lane, span);
    region->open(region->open_slot(lane, 1), span);
    region->open(region->add_detached_chunk()[3], span);
    auto& crash = region->add_crash_page();
    crash.begun = crash.written = crash.kind = crash.lane = 1;
    crash.signal = 11;
    crash.span_id = span.id;
    crash.type_bytes = crash.message_bytes = 8;
    crash.frame_count = 2;
    crash.frames[0] = 0x1234;
    auto& module = region->module(0);
    module.first = 0x1000;
    module.end = 0x2000;
    module.build_id_bytes = module.path_bytes = 20;
    return region;
  }();
  return *made;
}

// What a process left, and which of its words are not zero.
struct Recorded {
  std::vector<std::uint64_t> words;
  std::vector<std::size_t> used;
};

Recorded& recorded() {
  static Recorded* const made = [] {
    const std::string bytes = dead_recording();
    auto* const region = new Recorded{std::vector<std::uint64_t>(bytes.size() / 8), {}};
    std::memcpy(region->words.data(), bytes.data(), region->words.size() * 8);
    for (std::size_t at = 0; at < region->words.size(); ++at)
      if (region->words[at] != 0) region->used.push_back(at);
    if (region->used.empty()) std::abort();
    return region;
  }();
  return *made;
}

// Most patches go where there is something to damage.
std::uint64_t place(std::uint32_t where) {
  static const std::uint64_t crash_page = built().header().crash_offset;
  const std::uint64_t areas[][2] = {
      {0, sizeof(format::RegionHeader)},         {RegionBuilder::kAnchorsAt, 96},
      {RegionBuilder::kLaneTableAt, 16},         {RegionBuilder::kDetachedTableAt, 16},
      {RegionBuilder::kDefinitionsAt, 128},      {RegionBuilder::kTracestatesAt, 64},
      {RegionBuilder::kExtentsAt, kExtents - 8}, {RegionBuilder::kExtentsAt, 4096},
      {crash_page, sizeof(format::CrashPage)},   {crash_page + format::kPage, 512},
  };
  const auto& area = areas[where % std::size(areas)];
  return area[0] + (where / std::size(areas)) % (area[1] / 8) * 8;
}

std::uint64_t seen = 0;  // keeps what is read from being optimised away

void look_at(const AttributeView& attribute) {
  seen += attribute.key.size();
  if (attribute.value.type() == ValueType::kStringArray)
    attribute.value.as_strings().for_each([](std::string_view text) { seen += text.size(); });
  if (attribute.value.type() == ValueType::kString) seen += attribute.value.as_string().size();
}

void read_everything(const format::RegionView& view, bool is_gone, bool is_confirmed_left_out) {
  decode::RegionReader reader(view, {.owner_is_gone = is_gone, .with_record_only = true});
  if (is_confirmed_left_out) reader.start_at_confirmed();
  seen += format::load_counts(view.header()).delivered;
  BatchBuilder batch;
  (void)reader.read_finished(batch, 10'000);
  decode::OpenAddition addition;
  if (const auto crash = decode::read_crash(view)) {
    const std::string stack = decode::raw_stack_trace(*crash);
    addition.span_id = crash->span_id;
    addition.elements = decode::crash_event(
        {decode::crash_type(*crash), decode::crash_message(*crash), stack}, 1500);
  }
  (void)reader.read_open(batch, decode::time_of_death(view, reader.clock()), &addition);
  wire::OtlpEncoder protobuf;
  wire::OtlpJsonEncoder json;
  seen += protobuf.encode(batch.batch()).size() + json.encode(batch.batch()).size();
  // The second time with what was learnt from the first.
  seen += protobuf.encode(batch.batch()).size();
  for (const SpanView span : batch.batch()) {
    if (span.start_unix_ns() > span.end_unix_ns()) std::abort();
    seen += span.name().size() + span.status_text().size() + span.tracestate().size();
    span.for_each_attribute(look_at);
    span.for_each_event([](const EventView& event) { event.for_each_attribute(look_at); });
    span.for_each_link([](const LinkView& link) {
      seen += link.tracestate.size();
      link.for_each_attribute(look_at);
    });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool is_gone = (data[0] & 1) != 0, is_recorded = (data[0] & 2) != 0;
  std::vector<std::pair<std::uint64_t*, std::uint64_t>> undo;
  for (std::size_t at = 1; at + 12 <= size; at += 12) {
    std::uint32_t where;
    std::uint64_t what;
    std::memcpy(&where, data + at, 4);
    std::memcpy(&what, data + at + 4, 8);
    std::uint64_t& word = is_recorded
                              ? recorded().words[recorded().used[where % recorded().used.size()]]
                              : *built().at<std::uint64_t>(place(where));
    undo.emplace_back(&word, word);
    word = what;
  }
  const std::span<const std::byte> bytes =
      is_recorded ? std::as_bytes(std::span(recorded().words))
                  : std::span<const std::byte>(built().bytes(), built().size());
  if (const auto view = nanospan::format::RegionView::check(bytes.data(), bytes.size()))
    read_everything(*view, is_gone, (data[0] & 4) != 0);
  for (; !undo.empty(); undo.pop_back()) *undo.back().first = undo.back().second;
  return 0;
}

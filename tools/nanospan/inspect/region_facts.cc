#include "inspect/region_facts.h"

#include <algorithm>
#include <cstdio>

#include "format/checkpoint.h"
#include "nanospan/detail/publish.h"
#include "process/crash.h"
#include "process/way.h"
#include "recorder/accounting.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

using detail::load;

LaneFacts lane_facts(const format::RegionView& view, std::uint32_t index) {
  LaneFacts facts;
  facts.index = index;
  const format::LaneHeader* const lane = view.lane(index);
  if (lane == nullptr) {
    facts.damaged = true;
    return facts;
  }
  facts.leased = load(lane->state) == static_cast<std::uint64_t>(format::LaneState::kLeased);
  const detail::LaneCounters& counters = lane->counters;
  facts.records = load(counters.records);
  facts.tenants = load(lane->tenant_count);
  facts.started = load(counters.started);
  facts.sampled_out = load(counters.sampled_out);
  facts.busy = load(counters.busy);
  facts.too_deep = load(counters.too_deep);
  facts.abandoned = load(counters.abandoned);
  facts.clipped = load(counters.clipped);
  const format::LaneCheckpoint checkpoint = format::load_checkpoint(view.header(), *lane);
  facts.overwritten = checkpoint.overwritten;
  facts.unconfirmed = facts.records - std::min(facts.records, checkpoint.records);
  if (const auto tenant = view.tenant(*lane, load(lane->tenancy))) {
    facts.thread_id = tenant->thread_id;
    facts.thread_name = tenant->name_text();
  }
  const std::uint32_t rings = view.ring_count(*lane);
  if (rings != 0) {
    if (const auto ring = view.ring(*lane, rings - 1))
      facts.ring_bytes = ring->slot_count * sizeof(detail::Slot);
  }
  const detail::OpenSlot* const stack = view.open_stack(index);
  for (std::uint32_t level = 1; stack != nullptr && level < detail::kOpenLevels; ++level)
    facts.open += detail::open_w0::kLive.get(load(stack[level].w[0]));
  return facts;
}

RegionCounts region_counts(const format::RegionHeader& header) {
  RegionCounts counts;
  counts.definitions = load(header.definitions_count);
  counts.definition_bytes = load(header.definitions_bytes);
  counts.definitions_refused = load(header.counters.definitions_refused);
  counts.used_bytes = load(header.extents_used);
  counts.rings_not_grown = load(header.counters.grow_refused);
  counts.detached_chunks = load(header.detached_chunk_count);
  counts.anchors = load(header.anchor_count);
  counts.laneless_started = load(header.counters.started_without_lane);
  counts.laneless_sampled_out = load(header.counters.sampled_out_detached);
  counts.laneless_committed = load(header.counters.committed_detached);
  counts.laneless_abandoned = load(header.counters.detached_abandoned);
  counts.recovery_attempts = load(header.recovery_attempts);
  return counts;
}

// Reads what the rings hold, for its damage alone.
std::uint64_t count_damaged(decode::RegionReader& reader, std::uint64_t records_max,
                            const FactsProgress& on_progress) {
  const Way way(reader);
  std::uint64_t damaged = 0, records = 0;
  BatchBuilder builder;
  for (bool more = true; more;) {
    const decode::ReadStats stats = reader.read_finished(builder, 4096);
    builder.clear();
    damaged += stats.damaged;
    records += stats.records();
    if (on_progress) on_progress(way.done(), way.total(), records);
    more = stats.more && stats.records() != 0 && records <= records_max;
  }
  return damaged;
}

std::string service_of(const Resource& resource) {
  for (const OwnedAttribute& attribute : resource.attributes) {
    if (attribute.key == "service.name") return attribute.text;
  }
  return {};
}

}  // namespace

std::uint64_t RegionFacts::accounted_started() const noexcept {
  return accounting.in_flight + accounting.sampled_out + accounting.lost() + accounting.committed;
}

std::uint64_t RegionFacts::accounted_committed() const noexcept {
  return accounting.delivered + accounting.refused + accounting.unexported +
         accounting.overwritten + accounting.damaged + accounting.in_export + accounting.in_ring;
}

RegionFacts collect_facts(const recovery::RegionFile& file, const FactsProgress& on_progress) {
  const format::RegionView& view = file.view();
  const format::RegionHeader& header = view.header();
  RegionFacts facts;
  facts.path = file.path();
  facts.version_major = header.version_major;
  facts.version_minor = header.version_minor;
  facts.pid = header.pid;
  facts.bytes = view.bytes();
  facts.alive = file.alive();
  facts.being_recovered = file.liveness() == recovery::Liveness::kBeingRecovered;
  facts.closed = view.state() == format::RegionState::kClosed;
  facts.created_unix_ns = header.created_unix_ns;
  facts.accounting = recorder::read_accounting(view);
  facts.counts = region_counts(header);
  for (std::uint32_t index = 0; index < view.lane_count(); ++index)
    facts.lanes.push_back(lane_facts(view, index));

  decode::ReaderOptions options = file.reader_options();
  options.with_record_only = true;
  decode::RegionReader reader(view, options);
  reader.set_clock(file.clock());
  facts.last_sign_unix_ns = decode::time_of_death(view, reader.clock());
  facts.crash = summarize_crash(file.view(), reader.clock());
  facts.damaged = count_damaged(reader, facts.accounting.committed, on_progress);
  facts.service = service_of(*reader.resource());
  BatchBuilder builder;
  (void)reader.read_open(builder, file.end_of_open_spans(reader.clock()));
  for (const SpanView span : builder.batch()) facts.in_flight.push_back(span_facts(span));
  std::sort(facts.in_flight.begin(), facts.in_flight.end(),
            [](const SpanFacts& a, const SpanFacts& b) { return a.age_ns > b.age_ns; });
  // A crash between publish and pop leaves a span both committed and open; the reader leaves it
  // out.
  if (!facts.alive) facts.accounting.in_flight = facts.in_flight.size();
  return facts;
}

}  // namespace nanospan::tools

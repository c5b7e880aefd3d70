// Detached spans: start and end.
#include "nanospan/detached_span.h"

#include "capture/annotation.h"
#include "capture/callsites.h"
#include "capture/detached_pool.h"
#include "capture/payload_stream.h"
#include "capture/publish_record.h"
#include "capture/runtime.h"
#include "capture/sampling_decision.h"
#include "nanospan/detail/publish.h"

namespace nanospan {

using capture::Runtime;
using detail::BusyGate;
using detail::LaneControl;
using detail::OpenSlot;
using detail::store;
namespace open_w6 = detail::open_w6;
namespace span_flag = detail::span_flag;

namespace {

void count(detail::Word& counter) noexcept {
  counter.fetch_add(1, std::memory_order_relaxed);
}

// From the lane's other sequence, the one that its roots draw from.
std::uint64_t new_id(LaneControl& lane) noexcept {
  return detail::next_id(lane.trace_ids);
}

TraceId new_trace_id(const Runtime& runtime, LaneControl& lane) noexcept {
  const std::uint64_t low = new_id(lane);
  const TraceId random{(low ^ lane.trace_key) * detail::kIdStep, low};
  return runtime.make_trace_id == nullptr ? random : runtime.make_trace_id(random);
}

struct Birth {
  SpanContext context;
  SpanId parent_id;
  std::uint64_t flags = 0;
  std::uint32_t callsite = 0;
  std::uint32_t tracestate = 0;
};

void write_open_slot(LaneControl& lane, OpenSlot& slot, const Birth& birth,
                     std::uint64_t generation) noexcept {
  detail::invalidate(slot.w[0]);
  detail::begin_bodies();
  store(slot.w[1], birth.context.trace_id.high);
  store(slot.w[2], birth.context.trace_id.low);
  store(slot.w[3], birth.context.span_id.value);
  store(slot.w[4], birth.parent_id.value);
  store(slot.w[6], open_w6::kCallsite.put(birth.callsite) |
                       open_w6::kTracestate.put(birth.tracestate) |
                       open_w6::kFlags.put(birth.flags | span_flag::kDetached));
  store(slot.w[7], 0);
  // Its parent may live on another thread: not before it.
  store(slot.w[5], capture::ordered_ticks(lane));
  detail::publish(slot.w[0], generation << 1 | 1);
}

void append_time(Runtime& runtime, OpenSlot& slot, detail::ElementType type,
                 std::int64_t unix_ns) noexcept {
  capture::PayloadAppender appender(runtime, slot);
  if (!appender.begin(2, runtime.limits.record_bytes / 8)) return;
  appender.put(detail::element_header(type, 0, 0, 0));
  appender.put(static_cast<std::uint64_t>(unix_ns));
  appender.commit(0);
}

Birth decide_birth(Runtime& runtime, LaneControl& lane, const Context& parent,
                   const detail::Callsite& site) noexcept {
  Birth birth;
  const SpanContext& above = parent.span_context();
  birth.context.trace_id = above.is_valid() ? above.trace_id : new_trace_id(runtime, lane);
  birth.parent_id = above.span_id;
  birth.flags = capture::decide(runtime, above, birth.context.trace_id, site);
  if (above.is_remote) birth.flags |= span_flag::kParentRemote;
  birth.context.flags.bits =
      static_cast<std::uint8_t>(birth.flags & (span_flag::kSampled | span_flag::kRandom));
  birth.context.span_id.value = new_id(lane);
  birth.callsite = capture::id_of(site);
  return birth;
}

}  // namespace

void Span::start(detail::Callsite& site, const SpanOptions& options) noexcept {
  const Context parent = options.parent != nullptr ? *options.parent : current_context();
  context_ = parent;  // nothing recorded: the parent's context travels on
  Runtime* const runtime = capture::current_or_childs();
  const std::uint32_t state = site.state.load(std::memory_order_relaxed);
  // 0: it could not be registered in a handler, and was counted there.
  if (runtime == nullptr || state == detail::kCallsiteOff || state == 0) return;
  format::RegionCounters& counters = runtime->region->header().counters;
  LaneControl* const lane = capture::attach_lane(*runtime);
  if (lane != nullptr && capture::is_busy(*lane)) {
    count(lane->counters->busy);
    return;
  }
  if (lane == nullptr) {
    count(counters.started_without_lane);
    count(counters.lost_no_lane);
    return;
  }
  {
    const BusyGate busy(*lane);
    count(counters.started_without_lane);
    Birth birth = decide_birth(*runtime, *lane, parent, site);
    context_ = parent.with_span(birth.context, parent.tracestate());
    if ((birth.flags & span_flag::kRecorded) == 0) {
      count(counters.sampled_out_detached);
      return;
    }
    detail::DetachedControl* const control =
        runtime->detached->take(*runtime->region, runtime->epoch);
    if (control == nullptr) {
      count(counters.lost_no_detached_slot);
      return;
    }
    birth.tracestate = runtime->region->store_tracestate(parent.tracestate());
    const capture::DetachedLock lock(control);
    const std::uint64_t generation = detail::load(control->generation);
    write_open_slot(*lane, *control->slot, birth, generation);
    if (options.start_time)
      append_time(*runtime, *control->slot, detail::ElementType::kStartTime,
                  detail::to_unix_ns(*options.start_time));
    target_ = {control->slot, control, generation};
  }
  for (const Attribute& attribute : options.attributes)
    set_attribute(attribute.key, attribute.value);
  for (const Link& link : options.links)
    detail::annotate_link(target_, link.context, link.tracestate, link.attributes);
}

// Under the span's lock. `lane` is nullptr where this thread can't have one: then it is lost.
static void close_span(Runtime& runtime, LaneControl* lane, const detail::SpanTarget& target,
                       std::optional<std::int64_t> end_unix_ns) noexcept {
  OpenSlot& slot = *target.slot;
  format::RegionCounters& counters = runtime.region->header().counters;
  if (lane != nullptr) {
    if (end_unix_ns) append_time(runtime, slot, detail::ElementType::kEndTime, *end_unix_ns);
    capture::publish_record(runtime, *lane, slot, {capture::ticks(*lane), 0});
    count(counters.committed_detached);
  } else {
    count(counters.detached_abandoned);
  }
  detail::publish(slot.w[0], target.generation << 1);
  capture::free_pages(runtime, slot);
  store(target.detached->generation, 0);
}

bool Span::is_recording() const noexcept {
  using capture::Annotation;
  return static_cast<bool>(Annotation(target_, Annotation::Purpose::kLook));
}

void Span::finish(std::optional<std::int64_t> end_unix_ns) noexcept {
  if (target_.slot == nullptr) return;
  Runtime* const runtime = capture::current();
  // A forked child, or a recorder that is gone: the slot is not there to be touched.
  if (runtime == nullptr || target_.detached->epoch != runtime->epoch) return;
  LaneControl* const lane = capture::attach_lane(*runtime);
  if (lane != nullptr && capture::is_busy(*lane))
    return;  // in a handler; its destructor comes later
  std::optional<BusyGate> busy;
  if (lane != nullptr) busy.emplace(*lane);
  {
    const capture::DetachedLock lock(target_.detached);
    if (detail::load(target_.detached->generation) != target_.generation) return;
    close_span(*runtime, lane, target_, end_unix_ns);
  }
  runtime->detached->give(*target_.detached);
}

}  // namespace nanospan

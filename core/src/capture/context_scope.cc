// The current context with its values, and scopes that set it: a level of the lane's stack that is
// no span. A program that does neither has none of this.
#include <utility>

#include "capture/current_span.h"
#include "capture/stack.h"
#include "nanospan/context.h"
#include "nanospan/detail/publish.h"

namespace nanospan {
namespace {

using capture::Runtime;
using detail::LaneControl;
using detail::load;
using detail::OpenSlot;
using detail::store;
namespace open_w6 = detail::open_w6;
namespace span_flag = detail::span_flag;

void write_level(Runtime& runtime, OpenSlot& level, const Context& context) noexcept {
  const SpanContext& span = context.span_context();
  detail::publish(level.w[0], load(level.w[0]) & ~detail::open_w0::kLive.put(1));
  store(level.w[1], span.trace_id.high);
  store(level.w[2], span.trace_id.low);
  store(level.w[3], span.span_id.value);
  store(level.w[4], 0);
  const std::uint64_t remote = span.is_remote ? span_flag::kParentRemote : 0;
  const std::uint64_t flags = (span.flags.bits & (span_flag::kSampled | span_flag::kRandom)) |
                              remote | span_flag::kSlowStart;
  store(level.w[6],
        open_w6::kFlags.put(flags) |
            open_w6::kTracestate.put(runtime.region->store_tracestate(context.tracestate())));
  store(level.w[7], 0);
}

}  // namespace

constinit thread_local const detail::ContextValueList* detail::tls_context_values = nullptr;

Context current_context() {
  Context now = capture::current_span();
  if (detail::tls_context_values != nullptr)
    now.values_ = detail::ContextValues(detail::tls_context_values);
  return now;
}

ContextScope::ContextScope(const Context& context) noexcept
    : values_(context.values_),
      outer_values_(std::exchange(detail::tls_context_values, context.values_.list())) {
  Runtime* const runtime = capture::current_or_childs();
  LaneControl* const lane = runtime == nullptr ? nullptr : capture::attach_lane(*runtime);
  if (lane == nullptr || capture::is_busy(*lane) ||
      lane->top >= lane->limit.load(std::memory_order_relaxed)) {
    unrecorded_ = context;
    outer_ = capture::set_context_without_lane(&unrecorded_);
    return;
  }
  const detail::BusyGate busy(*lane);
  level_ = lane->top + 1;
  if (context.has_span())
    write_level(*runtime, *level_, context);
  else
    capture::open_base(*runtime, *lane, level_);
  lane->top = level_;
}

ContextScope::~ContextScope() {
  detail::tls_context_values = outer_values_;
  if (level_ == nullptr) {
    capture::set_context_without_lane(outer_);
    return;
  }
  LaneControl* const lane = capture::lane_in_use();
  // Scopes that a span's end has passed already (longjmp) are gone.
  if (lane == nullptr || level_ <= lane->base || level_ > lane->top) return;
  const detail::BusyGate busy(*lane);
  capture::pop(*lane, level_);
}

}  // namespace nanospan

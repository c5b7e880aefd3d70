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

// Whose level it is: in word 5, where a span has its start. Its own scope alone takes it away: one
// whose level went with an outer one (a switch of fibers, a coroutine's) finds another's, or none.
std::uint64_t mark_of(const ContextScope& scope) noexcept {
  return reinterpret_cast<std::uintptr_t>(&scope);
}
// Stands in `outer_` of a scope that has a level, by which one that ends on another thread is seen.
const Context* mark_of_this_thread() noexcept {
  return reinterpret_cast<const Context*>(&detail::tls_context_values);
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
  store(level_->w[5], mark_of(*this));
  outer_ = mark_of_this_thread();
  lane->top = level_;
}

ContextScope::~ContextScope() {
  if (level_ == nullptr) {
    if (capture::context_without_lane() != &unrecorded_) return;
    detail::tls_context_values = outer_values_;
    capture::set_context_without_lane(outer_);
    return;
  }
  if (outer_ != mark_of_this_thread()) return;
  LaneControl* const lane = capture::lane_in_use();
  const bool is_in_lane =
      lane != nullptr && level_ > lane->base && level_ <= lane->base + detail::kOpenDepth;
  if (is_in_lane && load(level_->w[5]) != mark_of(*this)) return;
  // Scopes that a span's end has passed already (longjmp), or of a recorder before, are gone.
  if (!is_in_lane || level_ > lane->top) {
    if (detail::tls_context_values == values_.list()) detail::tls_context_values = outer_values_;
    return;
  }
  detail::tls_context_values = outer_values_;
  const detail::BusyGate busy(*lane);
  for (OpenSlot* level = lane->top; level >= level_; --level) store(level->w[5], 0);
  capture::drop_levels_above(*lane, level_);
  capture::pop(*lane, level_);
}

}  // namespace nanospan

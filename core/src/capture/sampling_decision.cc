#include "capture/sampling_decision.h"

#include "nanospan/detail/publish.h"

namespace nanospan::capture {
namespace span_flag = detail::span_flag;

std::uint64_t decide(const Runtime& runtime, const SpanContext& parent, TraceId trace_id,
                     const detail::Callsite& site) noexcept {
  SamplingParameters parameters;
  parameters.trace_id = trace_id;
  parameters.parent = parent;
  parameters.name = site.name;
  parameters.kind = site.options.kind;
  const std::uint64_t random = !parent.is_valid() || parent.flags.random() ? span_flag::kRandom : 0;
  switch (runtime.sampler->should_sample(parameters).decision) {
    case SamplingDecision::kRecordAndSample:
      return random | span_flag::kRecorded | span_flag::kSampled;
    case SamplingDecision::kRecordOnly:
      return random | span_flag::kRecorded;
    case SamplingDecision::kDrop:
      break;
  }
  return random;
}

std::uint64_t decide(const Runtime& runtime, const detail::OpenSlot& parent,
                     const detail::Callsite& site) noexcept {
  const std::uint64_t flags = detail::open_w6::kFlags.get(detail::load(parent.w[6]));
  const TraceId trace_id{detail::load(parent.w[1]), detail::load(parent.w[2])};
  SpanContext context;
  context.span_id.value = detail::load(parent.w[3]);
  if (context.span_id.is_valid()) context.trace_id = trace_id;
  context.flags.bits =
      static_cast<std::uint8_t>(flags & (span_flag::kSampled | span_flag::kRandom));
  context.is_remote = (flags & span_flag::kParentRemote) != 0;
  return decide(runtime, context, trace_id, site);
}

}  // namespace nanospan::capture

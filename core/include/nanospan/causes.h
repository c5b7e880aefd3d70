// Causes: more parents than one, and what a span follows from, as links.
//
// A span has one parent. Others that it was caused by are links, at its start (preferred: samplers
// and a crash see them) or later, with an attribute that says how:
//   const nanospan::Parents parents({first.context(), second.context()});
//   auto merge = NANOSPAN_SPAN("merge", {}, parents.options());         // `first` is the parent
//   merge.add_link(job.context(), nanospan::kFollowsFrom);             // known only now
//
// Source: OpenTelemetry semantic conventions, "Trace compatibility components"
// (opentracing.ref_type); compatibility/opentracing.md "Start a new Span".
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "nanospan/detached_span.h"

namespace nanospan {

namespace detail {
inline constexpr Attribute kChildOfAttribute[] = {{"opentracing.ref_type", "child_of"}};
inline constexpr Attribute kFollowsFromAttribute[] = {{"opentracing.ref_type", "follows_from"}};
}  // namespace detail

// Attributes of a link. To a cause that waits for the span, as a parent does:
inline constexpr Attributes kChildOf{std::span<const Attribute>(detail::kChildOfAttribute)};
// To one that does not depend on how the span ends, as who has left a message behind:
inline constexpr Attributes kFollowsFrom{std::span<const Attribute>(detail::kFollowsFromAttribute)};

// The options of a span with several parents: the first is its parent, the others are links with
// kChildOf. Contexts without a span are left out; if none is left, the current one is the parent.
// Memory: owns copies; what options() gives refers to them.
class Parents {
 public:
  explicit Parents(std::vector<Context> contexts) : contexts_(std::move(contexts)) {
    std::erase_if(contexts_, [](const Context& context) { return !context.has_span(); });
    for (std::size_t i = 1; i < contexts_.size(); ++i)
      links_.push_back({contexts_[i].span_context(), contexts_[i].tracestate(), kChildOf});
  }
  Parents(const Parents&) = delete;
  Parents& operator=(const Parents&) = delete;

  [[nodiscard]] SpanOptions options() const noexcept {
    SpanOptions options;
    if (!contexts_.empty()) options.parent = &contexts_.front();
    options.links = links_;
    return options;
  }

 private:
  std::vector<Context> contexts_;
  std::vector<Link> links_;
};

}  // namespace nanospan

// Context: what a span would be a child of; and the one that is current on this thread.
//
// Source: OpenTelemetry context/README.md, trace/api.md "Context interaction".
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "nanospan/detail/layout.h"
#include "nanospan/span_context.h"

namespace nanospan {

// A value: copy it to another thread, make it current there with ContextScope, or give it to a
// detached span as its parent. Memory: the tracestate is a string of its own, usually empty.
class Context {
 public:
  Context() noexcept = default;  // no span: what starts under it is a root
  explicit Context(SpanContext span, std::string_view tracestate = {})
      : span_(span), tracestate_(tracestate) {}

  // A context without a span: a span started under it begins a trace of its own.
  [[nodiscard]] static Context root() noexcept { return {}; }

  [[nodiscard]] const SpanContext& span_context() const noexcept { return span_; }
  [[nodiscard]] std::string_view tracestate() const noexcept { return tracestate_; }
  [[nodiscard]] bool has_span() const noexcept { return span_.is_valid(); }

 private:
  SpanContext span_;
  std::string tracestate_;
};

// The context of the innermost open scope of this thread; without a recorder, of the innermost
// ContextScope. Cost: a few ns, more with a tracestate.
[[nodiscard]] NANOSPAN_EXPORT Context current_context();

// Makes a context current on this thread until the end of the scope. Scopes nest; they end in the
// order opposite to their beginning. Limit: counts as one of the 64 open levels of a thread.
class [[nodiscard]] ContextScope {
 public:
  NANOSPAN_EXPORT explicit ContextScope(const Context& context) noexcept;
  NANOSPAN_EXPORT ~ContextScope();
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;

 private:
  detail::OpenSlot* level_ = nullptr;
  const Context* outer_ = nullptr;  // where no lane could be had: the one before
  Context unrecorded_;
};

}  // namespace nanospan

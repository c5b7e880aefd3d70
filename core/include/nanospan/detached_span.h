// Span: a span that is not bound to a scope, a thread or a stack.
//
// Source: OpenTelemetry trace/api.md "Span Creation", "Behavior of the API in the absence of an
// SDK".
#pragma once

#include <optional>
#include <span>

#include "nanospan/span.h"

namespace nanospan {

struct SpanOptions {
  const Context* parent = nullptr;  // nullptr: the current one of this thread
  std::optional<SystemTime> start_time = std::nullopt;
  Attributes attributes = {};
  std::span<const Link> links = {};
};

// Movable; not current until its context() is made so by a ContextScope; ends by end() or with its
// handle, on any thread. Threads: all methods but move and destruction may be called from several
// at once (a lock of its own, held for nanoseconds). Cost: about 100 ns more than a scoped span.
// Limits: 16,384 open at once in a process (counted).
class [[nodiscard]] Span : public detail::SpanOperations<Span> {
 public:
  Span() noexcept = default;  // records nothing
  // Registers the callsite here, so that it belongs to the module it stands in.
  explicit Span(detail::Callsite& site, const SpanOptions& options = {}) noexcept {
    if (site.state.load(std::memory_order_relaxed) == 0) (void)detail::register_callsite(site);
    start(site, options);
  }
  Span(Span&& other) noexcept
      : target_(std::exchange(other.target_, {})), context_(std::exchange(other.context_, {})) {}
  Span& operator=(Span&& other) noexcept {
    if (this != &other) {
      end();
      target_ = std::exchange(other.target_, {});
      context_ = std::exchange(other.context_, {});
    }
    return *this;
  }
  ~Span() { end(); }

  // As of a ScopedSpan; takes the span's lock.
  [[nodiscard]] NANOSPAN_EXPORT bool is_recording() const noexcept;
  // Later calls, of any kind, are no-ops.
  void end() noexcept { finish(std::nullopt); }
  void end(SystemTime time) noexcept { finish(detail::to_unix_ns(time)); }
  // What a child of this span is given as parent; also after the end. Not recorded: still valid, so
  // that a decision not to sample travels on.
  [[nodiscard]] const Context& context() const noexcept { return context_; }

 private:
  friend class detail::SpanOperations<Span>;
  NANOSPAN_EXPORT void start(detail::Callsite& site, const SpanOptions& options) noexcept;
  NANOSPAN_EXPORT void finish(std::optional<std::int64_t> end_unix_ns) noexcept;
  [[nodiscard]] detail::SpanTarget target() const noexcept { return target_; }

  detail::SpanTarget target_;
  Context context_;
};

}  // namespace nanospan

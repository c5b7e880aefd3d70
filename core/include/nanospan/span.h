// Spans: ScopedSpan, current on its thread while its scope lasts; Span, which ends anywhere.
//
// Source: OpenTelemetry trace/api.md "Span"; Rust's `tracing` for the ease.
// Attributes and links given early are preferred by samplers and survive a crash from then on. A
// key set twice keeps its last value. Array values cost more than single ones: they are copied.
// Errors: none thrown, ever. What does not fit a limit is dropped and counted (dropped_*_count).
#pragma once

#include <bit>
#include <chrono>
#include <exception>
#include <optional>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "nanospan/attribute.h"
#include "nanospan/context.h"
#include "nanospan/detail/annotate.h"
#include "nanospan/detail/callsite.h"
#include "nanospan/detail/lane_control.h"
#include "nanospan/detail/tick_source.h"
#include "nanospan/span_types.h"

namespace nanospan {

using SystemTime = std::chrono::system_clock::time_point;

struct Link {
  SpanContext context;
  std::string_view tracestate = {};
  Attributes attributes = {};
};

namespace detail {
struct ScopedStart;
union NoScopedSpan;
inline std::int64_t to_unix_ns(SystemTime time) noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}
NANOSPAN_EXPORT std::string_view readable_type_name(const std::type_info& type) noexcept;

// What can be said of an open span, whoever holds it. `Self` has target(): SpanTarget.
template <typename Self>
class SpanOperations {
 public:
  // `key`: text, not empty, or a Key (cheaper). `value`: what AttributeValue takes, or a Key whose
  // text is the value (cheapest).
  template <typename K, typename V>
  void set_attribute(K&& key, V&& value) noexcept {
    if constexpr (std::is_same_v<std::remove_cvref_t<V>, Key>)
      annotate_literal(target(), text_ref(std::forward<K>(key)), value);
    else
      annotate_attribute(target(), text_ref(std::forward<K>(key)), AttributeValue(value));
  }
  template <typename K>
  void add_event(K&& name) noexcept {
    annotate_event(target(), text_ref(std::forward<K>(name)), std::nullopt, {});
  }
  template <typename K>
  void add_event(K&& name, Attributes attributes) noexcept {
    annotate_event(target(), text_ref(std::forward<K>(name)), std::nullopt, attributes);
  }
  template <typename K, std::convertible_to<SystemTime> T>
  void add_event(K&& name, T time, Attributes attributes = {}) noexcept {
    annotate_event(target(), text_ref(std::forward<K>(name)), to_unix_ns(time), attributes);
  }
  void add_link(const SpanContext& context, Attributes attributes = {}) noexcept {
    annotate_link(target(), context, {}, attributes);
  }
  void add_link(const Context& context, Attributes attributes = {}) noexcept {
    annotate_link(target(), context.span_context(), context.tracestate(), attributes);
  }
  // Ok > Error > Unset: Ok is final, Unset changes nothing. `text` is kept with Error alone.
  void set_status(StatusCode code, std::string_view text = {}) noexcept {
    annotate_status(target(), code, text);
  }
  // Replaces the callsite's name for this span.
  void update_name(std::string_view name) noexcept { annotate_name(target(), name); }
  // An event `exception` with exception.type (without RTTI: std::exception) and exception.message;
  // what `attributes` say wins.
  void record_exception(const std::exception& error, Attributes attributes = {}) noexcept {
    annotate_exception(target(), NANOSPAN_TYPE_NAME(error, std::exception), error.what(),
                       attributes);
  }
  void record_exception(std::string_view type, std::string_view message,
                        Attributes attributes = {}) noexcept {
    annotate_exception(target(), type, message, attributes);
  }
  // False: not sampled, not started, or ended; setting anything is then a no-op worth avoiding.
  [[nodiscard]] bool is_recording() const noexcept { return target().slot != nullptr; }

 private:
  [[nodiscard]] SpanTarget target() const noexcept {
    return static_cast<const Self&>(*this).target();
  }
};
}  // namespace detail

// The current span of its thread from construction to the end of the scope; use NANOSPAN_SCOPE.
// Threads: the one that made it. Limits: 64 open at once on a thread (counted: too_deep).
class [[nodiscard]] ScopedSpan : public detail::SpanOperations<ScopedSpan> {
 public:
  NANOSPAN_INLINE explicit ScopedSpan(detail::Callsite& site) noexcept { start(site); }
  NANOSPAN_INLINE ~ScopedSpan() { finish(true); }
  ScopedSpan(const ScopedSpan&) = delete;
  ScopedSpan& operator=(const ScopedSpan&) = delete;

  // Bytes and arrays. Not by a using-declaration: clang 14 hides it behind the overload below.
  template <typename K, typename V>
  void set_attribute(K&& key, V&& value) noexcept {
    SpanOperations::set_attribute(std::forward<K>(key), std::forward<V>(value));
  }
  template <typename K, typename V>
  requires(std::is_arithmetic_v<std::remove_cvref_t<V>> ||
           std::is_convertible_v<V, std::string_view> ||
           std::is_same_v<std::remove_cvref_t<V>, Key>) NANOSPAN_INLINE
      void set_attribute(K&& key, V&& value) noexcept;

  using SpanOperations::add_event;
  template <typename K>
  NANOSPAN_INLINE void add_event(K&& name) noexcept;

  // Ends it before its scope does; later calls on it are no-ops.
  void end() noexcept { finish(false); }
  // Invalid when nothing is traced here.
  [[nodiscard]] SpanContext context() const noexcept {
    return slot_ == nullptr ? SpanContext{} : detail::context_of({slot_});
  }

 private:
  friend class detail::SpanOperations<ScopedSpan>;
  friend union detail::NoScopedSpan;
  constexpr ScopedSpan() noexcept = default;
  void adopt(const detail::ScopedStart& cold) noexcept;
  NANOSPAN_INLINE void start(detail::Callsite& site) noexcept;
  NANOSPAN_INLINE void finish(bool leaves_scope) noexcept;
  [[nodiscard]] detail::SpanTarget target() const noexcept {
    return {generation_ != 0 ? slot_ : nullptr, nullptr, 0};
  }

  detail::OpenSlot* slot_ = nullptr;  // nullptr: nothing to end
  std::uint64_t generation_ = 0;      // its open slot's word 0; 0: not recorded
  std::uint32_t uncaught_ = 0;        // exceptions in flight when it started
};

}  // namespace nanospan

#include "nanospan/detail/scoped_span_inl.h"

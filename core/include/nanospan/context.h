// Context: what a span would be a child of, and what travels with it; the one that is current on
// this thread.
//
// Source: OpenTelemetry context/README.md, trace/api.md "Context interaction".
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "nanospan/detail/context_values.h"
#include "nanospan/detail/layout.h"
#include "nanospan/span_context.h"

namespace nanospan {

// Names a value of type T in contexts, by its address: make it a static or global object. `name` is
// for people; two keys of one name are two keys.
template <typename T>
class ContextKey {
 public:
  constexpr explicit ContextKey(const char* name) noexcept : name_(name) {}
  ContextKey(const ContextKey&) = delete;
  ContextKey& operator=(const ContextKey&) = delete;

  [[nodiscard]] constexpr const char* name() const noexcept { return name_; }

 private:
  const char* name_;
};

// A value: copy it to another thread, make it current there with ContextScope, or give it to a
// detached span as its parent. Memory: the tracestate is a string of its own, usually empty; values
// of keys are shared by copies.
class Context {
 public:
  Context() noexcept = default;  // no span: what starts under it is a root
  explicit Context(const SpanContext& span) noexcept : span_(span) {}
  Context(const SpanContext& span, std::string_view tracestate)
      : span_(span), tracestate_(tracestate) {}

  // A context without a span: a span started under it begins a trace of its own.
  [[nodiscard]] static Context root() noexcept { return {}; }

  [[nodiscard]] const SpanContext& span_context() const noexcept { return span_; }
  [[nodiscard]] std::string_view tracestate() const noexcept { return tracestate_; }
  [[nodiscard]] bool has_span() const noexcept { return span_.is_valid(); }

  // Another span, the same values.
  [[nodiscard]] Context with_span(const SpanContext& span, std::string_view tracestate = {}) const {
    Context changed(span);
    if (!tracestate.empty()) changed.tracestate_ = tracestate;
    changed.values_ = values_;
    return changed;
  }
  // The same span, and this value of the key; what is returned replaces an earlier one.
  template <typename T>
  [[nodiscard]] Context with(const ContextKey<T>& key, T value) const {
    return with_value(&key, std::make_shared<const T>(std::move(value)));
  }
  template <typename T>
  [[nodiscard]] Context without(const ContextKey<T>& key) const {
    return with_value(&key, nullptr);
  }
  // Valid as long as a context lives that has it; nullptr: there is none.
  template <typename T>
  [[nodiscard]] const T* get(const ContextKey<T>& key) const noexcept {
    return static_cast<const T*>(values_.find(&key));
  }

 private:
  friend class ContextScope;
  friend NANOSPAN_EXPORT Context current_context();

  [[nodiscard]] Context with_value(const void* key, std::shared_ptr<const void> value) const {
    Context changed(span_, tracestate_);
    changed.values_ = values_.with(key, std::move(value));
    return changed;
  }

  SpanContext span_;
  std::string tracestate_;
  detail::ContextValues values_;
};

// The context of the innermost open scope of this thread; without a recorder, of the innermost
// ContextScope. Spans keep the values of the context that they stand under. Cost: a few ns, more
// with a tracestate.
[[nodiscard]] NANOSPAN_EXPORT Context current_context();

// Makes a context current on this thread, its values too, until the end of the scope. Scopes nest;
// they end in the order opposite to their beginning. Limit: counts as one of the 64 open levels of
// a thread.
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
  detail::ContextValues values_;
  const detail::ContextValueList* outer_values_ = nullptr;
};

}  // namespace nanospan

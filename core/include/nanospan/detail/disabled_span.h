// What the macros make under NANOSPAN_DISABLE: an object without state whose methods fold to
// nothing. A type of its own, so that translation units with and without it may be mixed.
#pragma once

#include "nanospan/detached_span.h"

namespace nanospan::detail {

// All threads share it: it has nothing that a call could change.
union NoScopedSpan {
  constexpr NoScopedSpan() noexcept : span() {}
  ~NoScopedSpan() {}
  ScopedSpan span;
};

class [[nodiscard]] DisabledSpan {
 public:
  constexpr DisabledSpan() noexcept = default;
  ~DisabledSpan() {}  // as a span's: a variable of it is not "unused"
  template <typename K, typename V>
  constexpr void set_attribute(const K&, const V&) const noexcept {}
  template <typename K>
  constexpr void add_event(const K&, Attributes = {}) const noexcept {}
  template <typename K, std::convertible_to<SystemTime> T>
  constexpr void add_event(const K&, T, Attributes = {}) const noexcept {}
  template <typename C>
  constexpr void add_link(const C&, Attributes = {}) const noexcept {}
  constexpr void set_status(StatusCode, std::string_view = {}) const noexcept {}
  constexpr void update_name(std::string_view) const noexcept {}
  constexpr void record_exception(const std::exception&, Attributes = {}) const noexcept {}
  constexpr void record_exception(std::string_view, std::string_view,
                                  Attributes = {}) const noexcept {}
  [[nodiscard]] constexpr bool is_recording() const noexcept { return false; }
  constexpr void end() const noexcept {}
  constexpr void end(SystemTime) const noexcept {}
  [[nodiscard]] constexpr SpanContext context() const noexcept { return {}; }
  operator Span() const noexcept { return {}; }
  // For functions that take a ScopedSpan&: one that records nothing. Hidden, since a static of it
  // would be unique otherwise (g++) and keep its module from being unloaded.
  NANOSPAN_HIDDEN operator ScopedSpan&() const noexcept {
    static constinit NoScopedSpan none;
    return none.span;
  }
};

class [[nodiscard]] DisabledDetachedSpan : public DisabledSpan {
 public:
  [[nodiscard]] Context context() const noexcept { return {}; }
};

}  // namespace nanospan::detail

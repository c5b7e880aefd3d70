// The loops of spans that are measured, word for word the same in the program and in the plugin.
//
// Why not inlined into the measuring code: the plugin's can't be, and the compilers must not move a
// loop's constants into the code around it on one side only.
// Threads: any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "nanospan/propagation.h"
#include "nanospan/scope.h"

namespace nanospan::bench {

// What the loops themselves cost: taken off where a span costs less than they do.
[[gnu::noinline]] NANOSPAN_HIDDEN inline void do_nothing(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) asm volatile("" ::: "memory");
}

[[gnu::noinline]] NANOSPAN_HIDDEN inline void record_spans(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    NANOSPAN_SCOPE(span, "work");
  }
}

// `spans`: a multiple of 4.
[[gnu::noinline]] NANOSPAN_HIDDEN inline void record_nested_spans(std::size_t spans) {
  for (std::size_t i = 0; i < spans; i += 4) {
    NANOSPAN_SCOPE(request, "request");
    {
      NANOSPAN_SCOPE(handler, "handler");
      {
        NANOSPAN_SCOPE(query, "query");
        { NANOSPAN_SCOPE(row, "row"); }
      }
    }
  }
}

// What a loop is not to know when it is compiled.
template <typename T>
[[nodiscard]] NANOSPAN_INLINE T at_run_time(T value) {
  asm volatile("" : "+m"(value));
  return value;
}

[[gnu::noinline]] NANOSPAN_HIDDEN inline void record_spans_with_one_attribute(std::size_t spans) {
  static constinit Key rows{"db.rows"};
  for (std::size_t i = 0; i < spans; ++i) {
    NANOSPAN_SCOPE(span, "work");
    span.set_attribute(rows, static_cast<std::int64_t>(i));
  }
}

// A literal, a 24-byte string, an int64, a double; keys and literal interned.
[[gnu::noinline]] NANOSPAN_HIDDEN inline void record_spans_with_attributes(std::size_t spans) {
  static constinit Key method{"http.request.method"}, get{"GET"}, user{"user.id"};
  static constinit Key rows{"db.rows"}, ratio{"cache.ratio"};
  // Its length comes at run time, as a user's would.
  const auto user_id = at_run_time<std::string_view>("7f3b52c1-9f1e-4c7a-b2d4-");
  for (std::size_t i = 0; i < spans; ++i) {
    NANOSPAN_SCOPE(span, "work");
    span.set_attribute(method, get);
    span.set_attribute(user, user_id);
    span.set_attribute(rows, static_cast<std::int64_t>(i));
    span.set_attribute(ratio, static_cast<double>(i) * 0.5);
  }
}

// Two literals, two strings of 24 and 20 bytes, four int64, a double, a bool.
[[gnu::noinline]] NANOSPAN_HIDDEN inline void record_spans_with_ten_attributes(std::size_t spans) {
  static constinit Key method{"http.request.method"}, get{"GET"}, scheme{"url.scheme"};
  static constinit Key https{"https"}, user{"user.id"}, route{"http.route"}, rows{"db.rows"};
  static constinit Key bytes{"http.response.size"}, tries{"tries"}, port{"server.port"};
  static constinit Key ratio{"cache.ratio"}, hit{"cache.hit"};
  const auto user_id = at_run_time<std::string_view>("7f3b52c1-9f1e-4c7a-b2d4-");
  const auto path = at_run_time<std::string_view>("/tasks/{id}/comments");
  for (std::size_t i = 0; i < spans; ++i) {
    const auto number = static_cast<std::int64_t>(i);
    NANOSPAN_SCOPE(span, "work");
    span.set_attribute(method, get);
    span.set_attribute(scheme, https);
    span.set_attribute(user, user_id);
    span.set_attribute(route, path);
    span.set_attribute(rows, number);
    span.set_attribute(bytes, number * 100);
    span.set_attribute(tries, number & 3);
    span.set_attribute(port, 8080);
    span.set_attribute(ratio, static_cast<double>(i) * 0.5);
    span.set_attribute(hit, (i & 1) != 0);
  }
}

template <unsigned kEvents>
[[gnu::noinline]] NANOSPAN_HIDDEN inline void record_spans_with_events(std::size_t spans) {
  static constinit Key event_name{"cache.miss"};
  for (std::size_t i = 0; i < spans; ++i) {
    NANOSPAN_SCOPE(span, "work");
    for (unsigned event = 0; event < kEvents; ++event) span.add_event(event_name);
  }
}

[[gnu::noinline]] NANOSPAN_HIDDEN inline void record_spans_with_link(std::size_t spans) {
  const auto linked = at_run_time(SpanContext{{1, 2}, {3}, {1}, true});
  for (std::size_t i = 0; i < spans; ++i) {
    NANOSPAN_SCOPE(span, "work");
    span.add_link(linked);
  }
}

[[gnu::noinline]] NANOSPAN_HIDDEN inline void record_detached_spans(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    const Span span = NANOSPAN_SPAN("job", {});
  }
}

// A callsite of this module that its user has switched off by storing kCallsiteOff in its state.
NANOSPAN_HIDDEN inline constinit detail::Callsite switched_off_site{"off", __FILE__, __LINE__,
                                                                    "start_switched_off"};
[[gnu::noinline]] NANOSPAN_HIDDEN inline void start_switched_off(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    const ScopedSpan span(switched_off_site);
  }
}

// The one header of a request that a context needs, where no map's cost hides that of the context.
struct RequestHeaders {
  std::array<char, 64> traceparent;
  std::size_t traceparent_bytes = 0;

  void set(std::string_view key, std::string_view value) {
    if (key != kTraceparentKey || value.size() > traceparent.size()) return;
    value.copy(traceparent.data(), value.size());
    traceparent_bytes = value.size();
  }
  [[nodiscard]] std::string_view get(std::string_view key) const {
    return {traceparent.data(), key == kTraceparentKey ? traceparent_bytes : 0};
  }
};

// Inside a span: without one there is nothing to write.
[[gnu::noinline]] NANOSPAN_HIDDEN inline void inject_contexts(std::size_t times) {
  RequestHeaders headers{};
  for (std::size_t i = 0; i < times; ++i) {
    inject(current_context(), headers);
    asm volatile("" : "+m"(headers));
  }
}

[[gnu::noinline]] NANOSPAN_HIDDEN inline void extract_contexts(std::size_t times) {
  RequestHeaders headers{};
  headers.set(kTraceparentKey, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  for (std::size_t i = 0; i < times; ++i) {
    asm volatile("" : "+m"(headers));
    const Context context = extract(headers);
    asm volatile("" ::"m"(context));
  }
}

// What a proxy does that records nothing: out of one request, into the next.
[[gnu::noinline]] NANOSPAN_HIDDEN inline void propagate_contexts(std::size_t times) {
  RequestHeaders received{}, sent{};
  received.set(kTraceparentKey, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  for (std::size_t i = 0; i < times; ++i) {
    asm volatile("" : "+m"(received));
    inject(extract(received), sent);
    asm volatile("" : "+m"(sent));
  }
}

}  // namespace nanospan::bench

// The loops of spans that are measured, word for word the same in the program and in the plugin.
//
// Why not inlined into the measuring code: the plugin's can't be, and the compilers must not move a
// loop's constants into the code around it on one side only.
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

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

// A literal, a 24-byte string, an int64, a double; keys and literal interned.
[[gnu::noinline]] NANOSPAN_HIDDEN inline void record_spans_with_attributes(std::size_t spans) {
  static constinit Key method{"http.request.method"}, get{"GET"}, user{"user.id"};
  static constinit Key rows{"db.rows"}, ratio{"cache.ratio"};
  std::string_view user_id = "7f3b52c1-9f1e-4c7a-b2d4-";
  static_assert(sizeof("7f3b52c1-9f1e-4c7a-b2d4-") == 24 + 1);
  // Its length comes at run time, as a user's would.
  asm volatile("" : "+m"(user_id));
  for (std::size_t i = 0; i < spans; ++i) {
    NANOSPAN_SCOPE(span, "work");
    span.set_attribute(method, get);
    span.set_attribute(user, user_id);
    span.set_attribute(rows, static_cast<std::int64_t>(i));
    span.set_attribute(ratio, static_cast<double>(i) * 0.5);
  }
}

}  // namespace nanospan::bench

// What every propagator must keep to, whatever its headers hold.
//
// Input: one line is the value of one header, in the order of the keys; a line more is a repeated
// header of the last key. Property: what was extracted is valid, and goes through inject() and
// extract() again unchanged.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "nanospan/baggage.h"
#include "nanospan/propagator.h"

namespace nanospan::fuzz {

using Headers = std::multimap<std::string, std::string>;

inline void require(bool condition) {
  if (!condition) std::abort();
}

inline Headers headers_of(std::string_view untrusted, std::span<const std::string_view> keys) {
  Headers headers;
  for (std::size_t i = 0;; ++i) {
    const std::size_t end = untrusted.find('\n');
    headers.emplace(keys[std::min(i, keys.size() - 1)], untrusted.substr(0, end));
    if (end == std::string_view::npos) return headers;
    untrusted.remove_prefix(end + 1);
  }
}

inline void require_same(const Context& a, const Context& b) {
  require(a.span_context() == b.span_context());
  require(a.tracestate() == b.tracestate());
  require(baggage_of(a) == baggage_of(b));
}

// `by` reads what `to` writes.
inline void check_round_trip(const Context& context, const Propagator& to, const Propagator& by) {
  Headers headers;
  to.inject(context, headers);
  require_same(by.extract(headers, Context::root()), context);
}

}  // namespace nanospan::fuzz

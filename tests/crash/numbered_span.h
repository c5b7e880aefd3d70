// Spans numbered by their writers; all that they carry is computed from writer and number.
//
// Number n is one scoped span, or a detached one, and every fifth has a child that ends before it.
// So a writer's records have ordinals: what its lane counts.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "nanospan/nanospan.h"

namespace nanospan::test {

inline constexpr int kWritersMax = 4;

// The page that the writers keep.
struct KillPage {
  std::atomic<std::uint32_t> writers_ready;
  struct alignas(64) Writer {
    std::atomic<std::int64_t> committed;  // numbers below have ended
    std::atomic<std::uint64_t> thread_id;
  } writers[kWritersMax];
};

constexpr bool has_child(std::int64_t number) {
  return number % 5 == 0;
}
constexpr bool is_detached(std::int64_t number) {
  return number % 6 == 4 && !has_child(number);
}
constexpr bool has_event(std::int64_t number) {
  return number % 4 == 1;
}
constexpr std::int64_t text_length(std::int64_t writer, std::int64_t number) {
  return number % 3 == 0 ? 0 : (number * 7 + writer) % 300;
}
constexpr char text_letter(std::int64_t writer, std::int64_t number) {
  return static_cast<char>('a' + (number + writer) % 26);
}

constexpr std::int64_t ordinal_of_child(std::int64_t number) {
  return number + number / 5;
}
constexpr std::int64_t ordinal_of(std::int64_t number) {
  return number + number / 5 + 1;
}
static_assert(ordinal_of(4) + 1 == ordinal_of_child(5) && ordinal_of_child(5) + 1 == ordinal_of(5));

inline constinit Key kWriterKey{"writer"};
inline constinit Key kNumberKey{"number"};
inline constinit Key kTextKey{"text"};

// The number first, so that an open span says at once which it is.
template <typename S>
void describe(S& span, std::int64_t writer, std::int64_t number) {
  span.set_attribute(kNumberKey, number);
  span.set_attribute(kWriterKey, writer);
}

template <typename S>
void describe_all(S& span, std::int64_t writer, std::int64_t number) {
  describe(span, writer, number);
  if (has_child(number)) {
    NANOSPAN_SCOPE(child, "child");
    describe(child, writer, number);
  }
  if (const std::int64_t length = text_length(writer, number); length != 0) {
    char text[300];
    std::fill_n(text, length, text_letter(writer, number));
    span.set_attribute(kTextKey, std::string_view(text, static_cast<std::size_t>(length)));
  }
  if (has_event(number)) span.add_event("event", {{"number", number}});
}

inline void record_number(std::int64_t writer, std::int64_t number) {
  if (is_detached(number)) {
    Span span = NANOSPAN_SPAN("detached", {});
    return describe_all(span, writer, number);
  }
  NANOSPAN_SCOPE(span, "scoped");
  describe_all(span, writer, number);
}

}  // namespace nanospan::test

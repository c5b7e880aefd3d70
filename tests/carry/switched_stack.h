// What a sanitizer is told when a thread goes on on another stack, which it can't see for itself.
//
//   before_switch(mine, other);
//   swapcontext(…);
//   after_switch(mine, other);  // somebody has switched back
//
// Why inlined, always: ThreadSanitizer counts the calls of each stack, and one that begins on one
// stack and ends on another breaks its count.
// Source: sanitizer/common_interface_defs.h, sanitizer/tsan_interface.h.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define NANOSPAN_TEST_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define NANOSPAN_TEST_TSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NANOSPAN_TEST_ASAN 1
#elif __has_feature(thread_sanitizer)
#define NANOSPAN_TEST_TSAN 1
#endif
#endif

#if defined(NANOSPAN_TEST_ASAN)
#include <sanitizer/common_interface_defs.h>
#elif defined(NANOSPAN_TEST_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

namespace nanospan::test {

#if defined(NANOSPAN_TEST_ASAN)

struct SwitchedStack {
  void be(const void* memory, std::size_t size) {
    bottom = memory;
    bytes = size;
  }

  const void* bottom = nullptr;
  std::size_t bytes = 0;
  void* locals = nullptr;  // those that outlive their functions, while the stack is not in use
};
[[gnu::always_inline]] inline void before_switch(SwitchedStack& from, const SwitchedStack& to) {
  __sanitizer_start_switch_fiber(&from.locals, to.bottom, to.bytes);
}
[[gnu::always_inline]] inline void after_switch(SwitchedStack& now, SwitchedStack& before) {
  __sanitizer_finish_switch_fiber(now.locals, &before.bottom, &before.bytes);
}
[[gnu::always_inline]] inline void before_last_switch(const SwitchedStack& to) {
  __sanitizer_start_switch_fiber(nullptr, to.bottom, to.bytes);
}

#elif defined(NANOSPAN_TEST_TSAN)

class SwitchedStack {
 public:
  SwitchedStack() = default;
  ~SwitchedStack() {
    if (is_own_) __tsan_destroy_fiber(fiber);
  }
  SwitchedStack(const SwitchedStack&) = delete;
  SwitchedStack& operator=(const SwitchedStack&) = delete;
  void be(const void*, std::size_t) {
    fiber = __tsan_create_fiber(0);
    is_own_ = true;
  }

  void* fiber = nullptr;

 private:
  bool is_own_ = false;
};
[[gnu::always_inline]] inline void before_switch(SwitchedStack& from, const SwitchedStack& to) {
  from.fiber = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(to.fiber, 0);
}
[[gnu::always_inline]] inline void after_switch(const SwitchedStack&, const SwitchedStack&) {}
[[gnu::always_inline]] inline void before_last_switch(const SwitchedStack& to) {
  __tsan_switch_to_fiber(to.fiber, 0);
}

#else

struct SwitchedStack {
  void be(const void*, std::size_t) {}
};
inline void before_switch(const SwitchedStack&, const SwitchedStack&) {}
inline void after_switch(const SwitchedStack&, const SwitchedStack&) {}
inline void before_last_switch(const SwitchedStack&) {}

#endif

}  // namespace nanospan::test

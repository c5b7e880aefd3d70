// A malloc that counts, for the programs that say what allocates nothing.
//
//   if (!test::kCountsMalloc) GTEST_SKIP() << test::kWhyNotCounted;
//   EXPECT_EQ(test::allocations_of([&] { inject(context, buffer); }), 0);
//
// Why not operator new: what the C library and code in C allocate counts too.
// Threads: each counts its own. Invariants: included by one source file of a program, which it
// gives its malloc, calloc and realloc. Under a sanitizer that has these for itself nothing is
// counted, and NANOSPAN_TEST_COUNTS_MALLOC is 0.
#pragma once

#include <cstddef>

#include "nanospan/detail/compiler.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NANOSPAN_TEST_COUNTS_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define NANOSPAN_TEST_COUNTS_MALLOC 0
#endif
#endif
#ifndef NANOSPAN_TEST_COUNTS_MALLOC
#define NANOSPAN_TEST_COUNTS_MALLOC 1
#endif

namespace nanospan::test {

inline constexpr bool kCountsMalloc = NANOSPAN_TEST_COUNTS_MALLOC != 0;
inline constexpr char kWhyNotCounted[] =
    "The sanitizer has malloc for itself; builds without one count.";

// Volatile: a compiler may take it that malloc changes no variable of ours. Initial-exec: the
// thread's first access to another kind may allocate.
inline thread_local volatile long allocations __attribute__((tls_model("initial-exec"))) = 0;

// By this thread.
template <typename F>
long allocations_of(F&& work) {
  const long before = allocations;
  work();
  return allocations - before;
}

}  // namespace nanospan::test

#if NANOSPAN_TEST_COUNTS_MALLOC
// Exported, or the C++ library does not find them: clang hides what is defined under
// -fvisibility=hidden, g++ what the C library's headers do not declare visible.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
NANOSPAN_EXPORT void* malloc(std::size_t bytes) {
  nanospan::test::allocations = nanospan::test::allocations + 1;
  return __libc_malloc(bytes);
}
NANOSPAN_EXPORT void* calloc(std::size_t count, std::size_t bytes) {
  nanospan::test::allocations = nanospan::test::allocations + 1;
  return __libc_calloc(count, bytes);
}
NANOSPAN_EXPORT void* realloc(void* old, std::size_t bytes) {
  nanospan::test::allocations = nanospan::test::allocations + 1;
  return __libc_realloc(old, bytes);
}
}
#endif

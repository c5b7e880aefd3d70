// The slot protocol's writer: how a record or an open span becomes visible, whole or not at all.
//
//   writer   word 0 of all the record's slots = 0 (relaxed) ; release fence ; bodies (relaxed) ;
//            word 0 of the further slots, then of the head (release)
//   reader   g = head's word 0 (acquire) ; copies (relaxed) ; the lane's counter ; acquire fence ;
//            head's word 0 == g ? whole : overwritten
//
// Why a fence and not a release store: the zeros must be seen by whoever sees any word of the new
// body, and those words are many. The explorer in tests/model removes each step in turn and finds a
// torn record each time. ThreadSanitizer does not see fences; it has nothing to report here, since
// every word is an atomic.
// Threads: one writer per slot. Source: Boehm, "Can seqlocks get along with programming language
// memory models?", MSPC 2012.
#pragma once

#include <atomic>
#include <cstdint>

#include "nanospan/detail/compiler.h"
#include "nanospan/detail/layout.h"

namespace nanospan::detail {

NANOSPAN_INLINE std::uint64_t load(const Word& word) noexcept {
  return word.load(std::memory_order_relaxed);
}
NANOSPAN_INLINE void store(Word& word, std::uint64_t value) noexcept {
  word.store(value, std::memory_order_relaxed);
}

// First step for each slot of the record; then begin_bodies() once.
NANOSPAN_INLINE void invalidate(Word& word0) noexcept {
  store(word0, 0);
}

// Pairs with the reader's acquire fence: a reader that copied a word of the new body finds word 0
// changed when it looks again.
NANOSPAN_INLINE void begin_bodies() noexcept {
  NANOSPAN_UNSEEN_BY_TSAN(std::atomic_thread_fence(std::memory_order_release));
}

// Pairs with the reader's acquire load of word 0: who sees `value` sees the whole body.
NANOSPAN_INLINE void publish(Word& word0, std::uint64_t value) noexcept {
  word0.store(value, std::memory_order_release);
}

}  // namespace nanospan::detail

// ContextValues: what travels with a context beside its span: baggage, what a propagator keeps.
//
// A counted pointer to an immutable list, empty in most contexts, so that a context without values
// costs one null pointer and the code that makes lists is linked by those alone who make one.
// Threads: values; the lists are immutable.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "nanospan/detail/compiler.h"

namespace nanospan::detail {

struct ContextValueList {
  mutable std::atomic<std::uint32_t> uses{1};
  void (*destroy)(const ContextValueList*) noexcept;
};

class ContextValues {
 public:
  ContextValues() noexcept = default;
  // Takes part in the ownership of a list that somebody else holds.
  explicit ContextValues(const ContextValueList* shared) noexcept : list_(shared) { retain(); }
  ContextValues(const ContextValues& other) noexcept : ContextValues(other.list_) {}
  ContextValues(ContextValues&& other) noexcept : list_(std::exchange(other.list_, nullptr)) {}
  ContextValues& operator=(ContextValues other) noexcept {
    std::swap(list_, other.list_);
    return *this;
  }
  ~ContextValues() {
    if (list_ != nullptr && list_->uses.fetch_sub(1, std::memory_order_acq_rel) == 1)
      list_->destroy(list_);
  }

  [[nodiscard]] const ContextValueList* list() const noexcept { return list_; }
  // nullptr: no value of this key.
  [[nodiscard]] NANOSPAN_EXPORT const void* find(const void* key) const noexcept;
  // With another value of the key; without one where `value` is null.
  [[nodiscard]] NANOSPAN_EXPORT ContextValues with(const void* key,
                                                   std::shared_ptr<const void> value) const;

 private:
  void retain() const noexcept {
    if (list_ != nullptr) list_->uses.fetch_add(1, std::memory_order_relaxed);
  }

  const ContextValueList* list_ = nullptr;
};

// Those of this thread's current context; the scope that set them owns them. initial-exec, and
// defined in one source file: see tls_lane.
extern NANOSPAN_EXPORT constinit thread_local const ContextValueList* tls_context_values
    __attribute__((tls_model("initial-exec")));

}  // namespace nanospan::detail

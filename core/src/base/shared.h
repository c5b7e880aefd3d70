// make_shared(): a shared_ptr whose control block is of one type, whatever it owns.
//
// std::make_shared gives each type a virtual table and five functions of its own, some 400 bytes,
// and saves one allocation; nothing here is shared so often that this would be felt.
// Threads: as std::make_shared. Errors: std::bad_alloc.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace nanospan::base {

// Owns `object` by `destroy`, also when it throws.
std::shared_ptr<void> share(void* object, void (*destroy)(void*));

template <typename T, typename... Arguments>
[[nodiscard]] std::shared_ptr<T> make_shared(Arguments&&... arguments) {
  using Object = std::remove_const_t<T>;
  auto* const made = new Object(std::forward<Arguments>(arguments)...);
  return {share(made, [](void* gone) { delete static_cast<Object*>(gone); }), made};
}

}  // namespace nanospan::base

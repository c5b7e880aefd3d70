#include "base/shared.h"

namespace nanospan::base {

std::shared_ptr<void> share(void* object, void (*destroy)(void*)) {
  return {object, destroy};
}

}  // namespace nanospan::base

#include "nanospan/propagator.h"

namespace nanospan {

Propagator::~Propagator() = default;

}  // namespace nanospan

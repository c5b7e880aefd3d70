// What the drain can be told.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/pod_vector.h"

namespace nanospan::drain {

struct DrainOptions {
  std::chrono::nanoseconds busy_sleep_min{100'000};
  std::chrono::nanoseconds idle_sleep_max{100'000'000};
  std::uint32_t batch_spans_max = 4096;
  std::uint32_t batches_max = 16;  // read and not yet answered for
  std::chrono::milliseconds export_timeout{30'000};
  std::uint64_t ring_bytes_max = 4u << 20;
  base::PodVector<unsigned> cpus;  // where both threads may run; empty: anywhere
  int nice = 0;
};

}  // namespace nanospan::drain

// The settings that all peers are measured in.
//
// Threads: any.
#pragma once

#include "harness/cache_size.h"
#include "harness/machine.h"
#include "peers/measure.h"

namespace nanospan::bench::peers {

enum class Less { kNothing, kEmptyLoop };  // taken off a side's ns

struct Setting {
  const char* name;
  const char* what;
  Request request;
  Less less;
};

// Enough spans flat out that a queue can't hold the chunk: what is measured lasts.
inline constexpr std::size_t kFlatOut = 200'000, kPaced = 2'000, kDisabled = 400'000;

// Fewer spans behind the longest walk, so that a chunk takes a tenth of a second at most.
inline constexpr std::size_t kKiB = 1024, kMiB = 1024 * kKiB;
inline constexpr std::size_t kCold = 1'000, kCold8MiB = 400;

inline std::size_t half_of_l2() {
  constexpr std::size_t kUsual = 512 * kKiB;
  const std::size_t bytes = l2_bytes(writer_cpu());
  return bytes > 0 ? bytes / 2 : kUsual;
}

inline const Setting kSettings[] = {
    {"flat_out/plain", "as fast as the loop goes", {"spans", 0, 0, kFlatOut}, Less::kNothing},
    {"flat_out/four_attributes",
     "as fast as the loop goes, 4 attributes",
     {"spans", 4, 0, kFlatOut},
     Less::kNothing},
    {"every_1_us/plain", "one span every 1 us", {"spans", 0, 1e3, kPaced}, Less::kEmptyLoop},
    {"every_1_us/four_attributes",
     "one span every 1 us, 4 attributes",
     {"spans", 4, 1e3, kPaced},
     Less::kEmptyLoop},
    {"every_10_us/plain", "one span every 10 us", {"spans", 0, 1e4, kPaced}, Less::kEmptyLoop},
    {"every_10_us/four_attributes",
     "one span every 10 us, 4 attributes",
     {"spans", 4, 1e4, kPaced},
     Less::kEmptyLoop},
    {"two_threads/plain",
     "two threads as fast as they go, per span of each",
     {"two_threads", 0, 0, kFlatOut},
     Less::kNothing},
    {"two_threads/four_attributes",
     "the same, 4 attributes",
     {"two_threads", 4, 0, kFlatOut},
     Less::kNothing},
    {"cold_128_KiB/plain",
     "128 KiB walked before each span; on top of the same walk alone",
     {"spans", 0, 0, kCold, 128 * kKiB},
     Less::kNothing},
    {"cold_128_KiB/four_attributes",
     "128 KiB walked before each span, 4 attributes; on top of the same walk alone",
     {"spans", 4, 0, kCold, 128 * kKiB},
     Less::kNothing},
    {"cold_half_of_L2/plain",
     "half of the L2 cache walked before each span; on top of the same walk alone",
     {"spans", 0, 0, kCold, half_of_l2()},
     Less::kNothing},
    {"cold_half_of_L2/four_attributes",
     "half of the L2 cache walked before each span, 4 attributes; on top of the same walk alone",
     {"spans", 4, 0, kCold, half_of_l2()},
     Less::kNothing},
    {"cold_1_MiB/plain",
     "1 MiB walked before each span; on top of the same walk alone",
     {"spans", 0, 0, kCold, kMiB},
     Less::kNothing},
    {"cold_1_MiB/four_attributes",
     "1 MiB walked before each span, 4 attributes; on top of the same walk alone",
     {"spans", 4, 0, kCold, kMiB},
     Less::kNothing},
    {"cold_8_MiB/plain",
     "8 MiB walked before each span; on top of the same walk alone",
     {"spans", 0, 0, kCold8MiB, 8 * kMiB},
     Less::kNothing},
    {"cold_8_MiB/four_attributes",
     "8 MiB walked before each span, 4 attributes; on top of the same walk alone",
     {"spans", 4, 0, kCold8MiB, 8 * kMiB},
     Less::kNothing},
    {"disabled", "compiled in and switched off", {"disabled", 0, 0, kDisabled}, Less::kEmptyLoop},
};

}  // namespace nanospan::bench::peers

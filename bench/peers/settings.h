// The settings that all peers are measured in.
//
// Threads: any.
#pragma once

#include "measure.h"

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
    {"disabled", "compiled in and switched off", {"disabled", 0, 0, kDisabled}, Less::kEmptyLoop},
};

}  // namespace nanospan::bench::peers

// What `nanospan cost` measures in each place: this program, and a shared library of ours.
//
// Threads: any. Both are compiled from cost_loops.cc, so that nothing but the place differs.
#pragma once

#include <cstddef>

namespace nanospan::tools {

struct CostLoops {
  using Loop = void (*)(std::size_t operations);
  static constexpr unsigned kOfEach = 4;  // attributes or events of one span

  Loop nothing;
  Loop span;
  Loop attributes;  // spans of kOfEach attributes each
  Loop events;      // spans of kOfEach events each
  Loop switched_off;
};

// Also switches off the callsite that `switched_off` uses: before any recorder starts, or while one
// runs. Hidden: a place gets its own.
[[nodiscard]] __attribute__((visibility("hidden"))) const CostLoops& cost_loops() noexcept;

// What the library shows of itself: a function of this name and type.
inline constexpr const char* kCostLibraryFunction = "nanospan_cost_library_loops";
using CostLibraryFunction = const CostLoops* (*)();

}  // namespace nanospan::tools

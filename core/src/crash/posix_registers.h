// The registers of an interrupted thread, and memory that may not be there.
//
// Threads: any, in handlers. Async-signal-safe.
#pragma once

#include <csignal>
#include <cstdint>

namespace nanospan::crash {

struct Registers {
  std::uint64_t pc = 0, sp = 0, frame = 0;
  std::uint64_t link = 0;  // return address of a function that has not saved it yet; 0: unknown
};

// `context`: the third argument of a handler. Zeros on a processor that we do not know.
[[nodiscard]] Registers registers_of(const void* context) noexcept;
// Was the handler's own stack in use when the signal came? It has none: true.
[[nodiscard]] bool came_on_alternate_stack(const void* context) noexcept;
[[nodiscard]] sigset_t mask_of(const void* context) noexcept;

// Copies without the risk of a fault. False: it is not there, or the kernel refuses to look.
[[nodiscard]] bool read_words(std::uint64_t address, std::uint64_t* into,
                              std::size_t count) noexcept;

}  // namespace nanospan::crash

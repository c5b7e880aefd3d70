// Is this the only copy of the core in the process, and does the caller match it?
//
// Two static copies link and run silently, each with lanes of its own and half of every trace. So
// each carries an ELF note, and the first registration in a copy counts the notes of the process.
// Threads: any. Source: ELF specification, note sections; dl_iterate_phdr(3).
#pragma once

#include <cstdint>

namespace nanospan::capture {

// False: refused, and said once in the log (another copy came first, or another inline version).
[[nodiscard]] bool may_register(std::uint32_t inline_version) noexcept;

}  // namespace nanospan::capture

// Writing the crash page: the protocol of FORMAT.md, "Crash page".
//
// Threads: the one whose turn it is (turn.h), in a handler. Async-signal-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "crash/posix_registers.h"
#include "crash/target.h"

namespace nanospan::crash {

struct CrashFacts {
  format::CrashKind kind = format::CrashKind::kSignal;
  int signal = 0;
  int code = 0;
  std::uint64_t address = 0;
  std::uint64_t sender = 0;
  Registers registers;
  const char* type = nullptr;  // of an exception, mangled; nullptr: none
};

void write_facts(const Target& target, const CrashFacts& facts) noexcept;
void write_frames(format::CrashPage& page, std::span<const std::uint64_t> frames) noexcept;
void write_message(format::CrashPage& page, const char* text) noexcept;
// The fault was overcome: there was no crash.
void withdraw(format::CrashPage& page) noexcept;

// Stores `text` as words; returns the bytes taken, as many as fit.
std::size_t store_text(std::span<detail::Word> into, std::string_view text) noexcept;

}  // namespace nanospan::crash

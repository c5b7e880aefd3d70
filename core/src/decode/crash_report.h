// CrashReport: what a crash handler wrote into a region, checked and copied out.
//
// Threads: none. Errors: counts and lengths that lie are cut to what there is room for; texts are
// bytes of anybody's choice. The format is in FORMAT.md, "Crash page".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/region_view.h"

namespace nanospan::decode {

struct CrashModule {
  std::uint64_t first = 0, end = 0;  // addresses
  std::uint64_t bias = 0;            // between addresses and those in the file
  std::string build_id;              // bytes; "": it has none
  std::string path;                  // "": unknown
};

struct CrashReport {
  bool torn = false;  // the process died before it had said what happened: nothing else is set
  format::CrashKind kind = format::CrashKind::kSignal;
  int signal = 0;
  int code = 0;  // si_code
  std::uint64_t address = 0;
  std::uint64_t sender = 0;  // process id; 0: the kernel
  std::uint64_t thread_id = 0;
  std::string thread_name;
  std::optional<std::uint32_t> lane;
  std::uint64_t tenancy = 0;
  std::uint64_t span_id = 0;  // current on the thread, 0: none
  std::uint64_t pc = 0, sp = 0;
  std::uint64_t ticks = 0;
  std::string exception_type;  // mangled; "": none
  std::string exception_message;
  std::vector<std::uint64_t> frames;  // the pc, then return addresses
  std::vector<CrashModule> modules;

  // nullptr: of none that was loaded.
  [[nodiscard]] const CrashModule* find_module(std::uint64_t at) const noexcept;
};

// nullopt: no crash was written.
[[nodiscard]] std::optional<CrashReport> read_crash(const format::RegionView& view);

}  // namespace nanospan::decode

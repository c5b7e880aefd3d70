// ReadReport: what reading one input found, for people and for --json.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace nanospan::tools {

struct Damage {
  std::uint64_t where = 0;  // line, counted from 1, or byte
  std::string reason;
  bool is_part = false;  // a span of it, or more; else all of it
};

struct Death {
  std::int64_t last_sign_unix_ns = 0;
  std::int64_t found_unix_ns = 0;
};

// How the process ended, as its crash handler wrote it down.
struct CrashSummary {
  std::string type, message, thread, stack_trace;
  std::int64_t time_unix_ns = 0;
  std::uint64_t span_id = 0;
  bool on_span = false;  // the span that was current is among those that were read
};

struct ReadReport {
  static constexpr std::size_t kDamageKept = 10;

  std::string path;
  std::string kind;              // "region", "OTLP JSON Lines", "OTLP protobuf", "Jaeger JSON"
  std::uint64_t spans = 0;       // read, unfinished ones included
  std::uint64_t unfinished = 0;  // of a region: were in flight
  std::uint64_t too_old = 0;     // left out, as they ended before what was asked for
  // Of a region.
  bool is_region = false;
  bool alive = false;
  bool being_recovered = false;  // by another process, at this moment
  bool followed = false;         // read on as it recorded
  bool everything = false;       // read from the oldest record, delivered or not
  std::uint64_t delivered = 0;   // by the drain, ever
  std::uint64_t overwritten = 0;
  // Of a live process, where it is less than was asked for: so far back nothing is missing.
  std::optional<std::chrono::nanoseconds> reach;
  std::uint64_t not_exported = 0;
  std::optional<Death> death;
  std::optional<CrashSummary> crash;
  // Damaged records, lines, messages, or spans in them, and where the first were.
  std::uint64_t damaged = 0;
  std::string unit = "line";  // what Damage::where counts: "message at byte"
  std::vector<Damage> damage;

  void add_damage(std::uint64_t where, std::string reason, bool is_part = false) {
    ++damaged;
    if (damage.size() < kDamageKept) damage.push_back({where, std::move(reason), is_part});
  }
};

[[nodiscard]] nlohmann::ordered_json report_json(const ReadReport& report);
// Several lines, each ended by a line feed.
[[nodiscard]] std::string report_text(const ReadReport& report);
// How a process that was followed ended: " is gone", " crashed (SIGSEGV: address not mapped, at
// 0x0)".
[[nodiscard]] std::string end_text(const ReadReport& report);
// Lines or messages that were skipped, as warnings; "" if there are none.
[[nodiscard]] std::string damage_text(const ReadReport& report);

}  // namespace nanospan::tools

// Dumps: the last seconds of this process's spans, and those in flight, while it records on.
//
//   const auto dumped = nanospan::dump("slow.jsonl", std::chrono::seconds(10));
//   if (!dumped) log(dumped.error());
//
// Of what the rings still hold, exported before or not. Nobody notices: no thread that records
// waits, the drain goes on where it was, and exports each span as if it had not been dumped. As
// often as you like; each span has the same ids wherever it appears. On a signal:
// RecorderOptions::dump_on_signal. From outside, with nothing asked of the process:
// `nanospan export PID --last 10s`.
//
// Threads: any, several at once, beside start and stop of the recorder. Not from a signal handler.
// Cost: about 1 µs a span, most of it for its JSON, on the caller's thread.
// Memory: that of the spans dumped (some 100 bytes each, and what they carry) until they are
// written: about 200 MB of them at a time, and the spans in flight.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "nanospan/detail/compiler.h"
#include "nanospan/exporter.h"
#include "nanospan/status.h"

namespace nanospan {

struct DumpReport {
  std::uint64_t spans = 0;       // written
  std::uint64_t unfinished = 0;  // of these: in flight, ending at the moment of the dump
  // Spans that are missing, since their ring was written over, and that may have ended within the
  // time asked for: at most so many. 0: nothing is missing.
  std::uint64_t overwritten = 0;
  std::uint64_t damaged = 0;  // records that did not check; 0 unless memory was written over
  // So far back nothing is missing: the whole time asked for, or less. Larger rings reach further
  // (RecorderOptions::ring_bytes_initial).
  std::chrono::nanoseconds whole{0};
};

// Spans that ended within `last` before the call or while it ran, and those in flight
// (`unfinished`, ending now), as OTLP JSON Lines in a file of mode 0600. It takes its name, and the
// place of a file that was there, in one step when it is whole; until then it is
// <path>.<pid>-<n>.part. A `last` below 0 is 0: what is in flight alone.
// Errors: no recorder runs; the program is linked without nanospan::nanospan; `path` is no regular
// file, or can't be written. Then nothing is left behind.
[[nodiscard]] NANOSPAN_EXPORT Result<DumpReport> dump(const std::string& path,
                                                      std::chrono::nanoseconds last);

// The same to an exporter, in batches; it is flushed and not shut down. Not one that a recorder has
// or that another dump uses at the same time. Errors: also that it refuses a batch; those before
// it were taken.
[[nodiscard]] NANOSPAN_EXPORT Result<DumpReport> dump(Exporter& to, std::chrono::nanoseconds last);

// Lets recorders that start from now on dump on a signal. nanospan::nanospan does it when it is
// linked or loaded; a program of nanospan::core alone calls it, after set_exporter_factory().
NANOSPAN_EXPORT void enable_dump_on_signal() noexcept;

}  // namespace nanospan

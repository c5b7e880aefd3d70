// Recorder: the object that an application starts once; it owns the region, the drain, the
// exporters.
//
//   auto recorder = nanospan::Recorder::start({.service_name = "task-service"});
//   if (!recorder) log(recorder.error());   // the program runs on untraced
//
// What the options leave unset comes from the environment (OTEL_*, NANOSPAN_*), then from
// defaults. Source: OpenTelemetry trace/sdk.md "Tracer Provider",
// configuration/sdk-environment-variables.md. Threads: start() and stop() from any; one recorder
// runs in a process at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nanospan/exporter.h"
#include "nanospan/sampler.h"
#include "nanospan/span_limits.h"
#include "nanospan/status.h"

namespace nanospan {

// Rings are read as fast as they fill: a quarter of the fastest one at a time, and at the latest
// after idle_sleep_max. So OTEL_BSP_SCHEDULE_DELAY and OTEL_BSP_MAX_QUEUE_SIZE change nothing here.
struct DrainSettings {
  // False: the region alone, for another process to read. Exporters get nothing then; that options
  // gave some is warned of.
  bool enabled = true;
  std::vector<unsigned> cpus;  // where the drain may run; empty: anywhere
  int nice = 0;                // of the drain's threads, -20..19
  std::chrono::milliseconds idle_sleep_max{100};
  std::uint32_t batch_spans_max = 0;  // 0: OTEL_BSP_MAX_EXPORT_BATCH_SIZE, else 4096
  // Of one export. 0: OTEL_BSP_EXPORT_TIMEOUT, else 30 s.
  std::chrono::milliseconds export_timeout{0};
};

// The last seconds into a file whenever a signal comes (dump.h): `kill -USR2 PID`. The file is
// <directory>/dump-<pid>-<milliseconds since 1970>.jsonl; that it is there, or why not, is logged.
// The handler only wakes a thread that writes; signals that come while it writes make one dump
// more. A handler that the application had for the signal before start() is called too, and is
// alone again after stop(); one that it sets later stays, and ends the dumps. Errors (a signal that
// can't be caught, or belongs to a fault) are logged, and the recorder runs on.
struct DumpSettings {
  int signal = 0;                     // 0: NANOSPAN_DUMP_SIGNAL ("USR2", "12"), else none
  std::string directory = {};         // unset: NANOSPAN_DUMP_DIR, else the working directory
  std::chrono::milliseconds last{0};  // 0: NANOSPAN_DUMP_LAST_MS, else 10 s; a day at most
};

struct RecorderOptions {
  std::string service_name = {};  // unset: OTEL_SERVICE_NAME, else unknown_service:<executable>
  std::vector<OwnedAttribute> resource = {};  // beside what is detected; wins over it
  // Empty: what OTEL_TRACES_EXPORTER names, else the OTLP file <service.name>-<pid>.jsonl in the
  // working directory. Taken over by the recorder. A null one is no exporter.
  std::vector<std::shared_ptr<Exporter>> exporters = {};
  SamplerPtr sampler = {};  // unset: OTEL_TRACES_SAMPLER, else parent-based, always on
  // Unset: random. xray_trace_id() of propagator.h makes those that AWS X-Ray takes. Set, each root
  // costs a call.
  TraceIdMaker make_trace_id = nullptr;
  std::optional<SpanLimits> limits = std::nullopt;
  // Unset: NANOSPAN_DIR, else /dev/shm/nanospan-<uid>. In memory (tmpfs): on a disk each writeback
  // makes the ring's pages fault once more, a span in 64. Measured on ext4 at 1 M spans/s, p99.9 of
  // a span: 60 ns in memory, 80 to 170 in the 2 s after the kernel's own writeback (each 30 s),
  // 1.3 us with a sync a second, which any process may cause (bench/README.md, "A region on a
  // disk").
  std::string region_directory = {};
  std::uint64_t budget_bytes = 64u << 20;         // of the region's lanes, rings and pages
  std::uint64_t ring_bytes_initial = 256u << 10;  // 16 KiB .. ring_bytes_max, a power of two
  std::uint64_t ring_bytes_max = 4u << 20;
  DrainSettings drain = {};
  // Exports what dead processes of this service.name left in the region directory, beside one's own
  // spans and through the same exporters, and removes it: once, even if several processes start
  // together; a batch whose answer nobody saw comes twice, with the same span ids. Their spans keep
  // their resource; those that were open end when the process died, `unfinished`. What is not
  // delivered stays for the next start. At most 64 regions and 1 GiB a start, the oldest first, and
  // 256 MiB each. Needs the drain, an exporter, and nanospan::nanospan or enable_recovery().
  // NANOSPAN_RECOVER=false switches it off.
  bool recover_on_start = true;
  DumpSettings dump_on_signal = {};
  // Set: a forked child records on, in a region and with a drain of its own, and this Recorder is
  // its from then on. Its first recording call starts it with these options, after this function
  // has changed what must differ: it gives exporters, since the parent's stay with the parent,
  // whose threads and locks the child does not have; without, those of the environment are made.
  // What is current at the fork is the parent of the child's spans, until a ContextScope says
  // otherwise. It must not fork nor record, and that first call must not come from a signal
  // handler: prepare_thread() after fork() is one. A child of the raw system call is untraced in
  // any case. Unset: all children are, and exec costs them nothing, unless NANOSPAN_FORK=true.
  std::function<void(RecorderOptions& of_child)> on_fork = {};
  std::chrono::milliseconds stop_timeout{5000};  // the destructor's, for flush and shutdown
};

// Lets recorders that start from now on recover (recover_on_start). nanospan::nanospan does it when
// it is linked or loaded; a program of nanospan::core alone calls it, or is 30 KB smaller without,
// and leaves what it left for `nanospan export`.
NANOSPAN_EXPORT void enable_recovery() noexcept;

// What the recorder counted, in spans, since its start. At rest:
//   started = in_flight + sampled_out + lost + committed
//   committed = delivered + refused + unexported + overwritten + damaged + in_export + in_ring
// Without a drain, in_ring is what the rings hold: at most one span for each of their slots.
// Source: OpenTelemetry semantic conventions, otel.sdk.* metrics.
struct Accounting {
  std::uint64_t started = 0, in_flight = 0, sampled_out = 0, committed = 0;
  std::uint64_t lost_no_lane = 0, lost_too_deep = 0, lost_busy = 0, lost_abandoned = 0;
  std::uint64_t lost_no_detached_slot = 0;
  std::uint64_t delivered = 0, refused = 0, unexported = 0, overwritten = 0, damaged = 0;
  std::uint64_t in_export = 0, in_ring = 0;
  // Not spans, but what is missing from them: attributes, events, links, names, statuses.
  std::uint64_t clipped = 0;                   // cut or dropped by a limit
  std::uint64_t annotations_lost_busy = 0;     // set in a handler, within a recording call
  std::uint64_t annotations_lost_no_lane = 0;  // of a detached span, set where no lane was left
  // What this recorder recovered of dead processes (recover_on_start). It did not record these
  // spans, so they are in no equation.
  std::uint64_t recovered_spans = 0;    // delivered, the unfinished ones too
  std::uint64_t recovered_regions = 0;  // delivered whole, and removed
  std::uint64_t recover_failed = 0;     // regions that stay, since not all of it was delivered

  [[nodiscard]] std::uint64_t lost() const noexcept {
    return lost_no_lane + lost_too_deep + lost_busy + lost_abandoned + lost_no_detached_slot;
  }
};

class [[nodiscard]] Recorder {
 public:
  // Never throws and never waits long: two clock anchors take about 1 ms. What fails leaves nothing
  // behind, and a sentence in error().
  NANOSPAN_EXPORT static Recorder start(RecorderOptions options = {});
  NANOSPAN_EXPORT Recorder(Recorder&&) noexcept;
  NANOSPAN_EXPORT Recorder& operator=(Recorder&&) noexcept;
  NANOSPAN_EXPORT ~Recorder();  // stop(options.stop_timeout)

  // True while spans are recorded; false: error() says why not, "stopped" after stop().
  explicit operator bool() const noexcept { return impl_ != nullptr; }
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

  // True: everything that ended before the call has left through the exporters, and what was found
  // of dead processes at start; without a drain, that it is in the region. False: not by then, an
  // exporter failed, or no recorder runs.
  NANOSPAN_EXPORT bool flush(std::chrono::milliseconds timeout = std::chrono::seconds(5)) noexcept;
  // Flushes, shuts the exporters down, removes the region. Spans that end later are lost.
  // In a forked child that has not started its own (on_fork) it does nothing: threads, exporters
  // and region are its parent's, and what the child has of them in its memory stays there, since to
  // destroy it would be to wait for threads that the child does not have.
  NANOSPAN_EXPORT bool stop(std::chrono::milliseconds timeout) noexcept;

  // After stop(): as it was in the end. Zeros where none was started, and in a forked child that
  // has not started its own.
  [[nodiscard]] NANOSPAN_EXPORT Accounting accounting() const;
  // "" where it has none: not started, stopped, a forked child as above.
  [[nodiscard]] NANOSPAN_EXPORT std::string region_path() const;

 private:
  struct Impl;
  Recorder() noexcept;
  std::unique_ptr<Impl> impl_;
  std::string error_;
  Accounting final_;
};

// Leases this thread's lane ahead of its first span (about 100 µs then instead of later). False: no
// recorder, or no lane.
NANOSPAN_EXPORT bool prepare_thread() noexcept;

// Who makes exporters by name ("otlp/file", "otlp/stdout", "console", "none"): the library that has
// them registers itself when it is loaded.
struct ExporterRequest {
  std::string name;
  std::string service_name;
  int fd = -1;  // of "otlp/file": open, and the caller's, to be written to; -1: a file of its own
};
using ExporterFactory = Result<std::unique_ptr<Exporter>> (*)(const ExporterRequest& request);
NANOSPAN_EXPORT void set_exporter_factory(ExporterFactory factory) noexcept;

}  // namespace nanospan

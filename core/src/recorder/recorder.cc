// Recorder: wires the rooms together at start, and takes them apart at stop.
#include "nanospan/recorder.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <exception>
#include <new>
#include <utility>

#include "base/log.h"
#include "base/sentence.h"
#include "base/shared.h"
#include "capture/callsites.h"
#include "capture/runtime.h"
#include "clock/anchor.h"
#include "config/environment.h"
#include "config/resource.h"
#include "drain/drain.h"
#include "format/region_layout.h"
#include "nanospan/detail/publish.h"
#include "recorder/recorder_impl.h"
#include "sampling/environment_sampler.h"

namespace nanospan {
namespace {

std::atomic<ExporterFactory> exporter_factory{nullptr};

// What the open slot's counters can hold, and what a record needs at least.
SpanLimits checked(SpanLimits limits) {
  limits.attributes = std::min(limits.attributes, 2047u);
  limits.events = std::min(limits.events, 255u);
  limits.links = std::min(limits.links, 255u);
  limits.record_bytes = std::clamp(limits.record_bytes, 1024u, 64u << 10);
  return limits;
}

region::RegionOptions region_options(const RecorderOptions& options) {
  region::RegionOptions made;
  made.directory = options.region_directory;
  constexpr std::uint64_t kRingBytesMin = 16u << 10, kRingBytesMax = 64u << 20;
  made.ring_bytes_max =
      std::bit_floor(std::clamp(options.ring_bytes_max, kRingBytesMin, kRingBytesMax));
  made.ring_bytes_initial =
      std::bit_floor(std::clamp(options.ring_bytes_initial, kRingBytesMin, made.ring_bytes_max));
  constexpr std::uint64_t kBudgetMin = 1u << 20, kFixedRoomsMax = 16u << 20;
  made.budget_bytes = std::clamp<std::uint64_t>(options.budget_bytes, kBudgetMin,
                                                format::kRegionBytesMax - kFixedRoomsMax);
  return made;
}

// Two anchors a millisecond apart: enough for a scale until the drain takes its own.
void take_first_anchors(region::Region& region) {
  const auto source = static_cast<detail::TickSource>(region.header().tick_source);
  clock::store_anchor(region.header(), region.base(), clock::take_anchor(source));
  const timespec apart{0, 1'000'000};
  nanosleep(&apart, nullptr);
  clock::store_anchor(region.header(), region.base(), clock::take_anchor(source));
}

using Exporters = std::vector<std::shared_ptr<Exporter>>;

// False: it can't be made, and why has been said.
bool make_exporter(std::string name, const std::string& service_name, Exporters& into) {
  const ExporterFactory factory = find_exporter_factory();
  if (factory == nullptr) return true;
  Result<std::unique_ptr<Exporter>> made = factory({std::move(name), service_name});
  if (!made)
    base::log(LogLevel::kWarning, made.error());
  else if (*made != nullptr)
    into.emplace_back(std::move(*made));
  return made.ok();
}

// Those of the options, else one for each name in OTEL_TRACES_EXPORTER, else the OTLP file.
Exporters choose_exporters(RecorderOptions& options, const std::vector<std::string>& names,
                           const std::string& service_name) {
  Exporters chosen;
  for (std::shared_ptr<Exporter>& given : options.exporters)
    if (given != nullptr) chosen.push_back(std::move(given));
  if (!options.exporters.empty()) return chosen;
  bool all_served = !names.empty();
  for (const std::string& name : names) all_served &= make_exporter(name, service_name, chosen);
  if (!all_served) make_exporter("otlp/file", service_name, chosen);
  return chosen;
}

// A user's time, milliseconds::max() too, as one that can be counted in ns and added to another.
std::chrono::milliseconds bounded(std::chrono::milliseconds time) {
  constexpr std::chrono::milliseconds kNone{0}, kTenYears = std::chrono::hours(24 * 3650);
  return std::clamp(time, kNone, kTenYears);
}

Deadline after(std::chrono::milliseconds timeout) {
  return std::chrono::steady_clock::now() + bounded(timeout);
}

drain::DrainOptions drain_options(const RecorderOptions& options,
                                  const config::BatchSettings& env) {
  constexpr std::uint64_t kSpansDefault = 4096, kSpansMax = 1u << 20;
  constexpr std::uint64_t kTimeoutDefaultMs = 30'000, kTimeoutMaxMs = 86'400'000;
  drain::DrainOptions made;
  made.idle_sleep_max = std::max<std::chrono::nanoseconds>(bounded(options.drain.idle_sleep_max),
                                                           made.busy_sleep_min);
  const std::uint64_t spans = options.drain.batch_spans_max != 0
                                  ? options.drain.batch_spans_max
                                  : env.batch_spans_max.value_or(kSpansDefault);
  made.batch_spans_max = static_cast<std::uint32_t>(std::min(spans, kSpansMax));
  std::uint64_t timeout_ms = env.export_timeout_ms.value_or(kTimeoutDefaultMs);
  if (options.drain.export_timeout.count() > 0)
    timeout_ms = static_cast<std::uint64_t>(options.drain.export_timeout.count());
  if (timeout_ms == 0) timeout_ms = kTimeoutMaxMs;  // no limit, says the variable
  made.export_timeout = std::chrono::milliseconds(std::min(timeout_ms, kTimeoutMaxMs));
  made.ring_bytes_max = options.ring_bytes_max;
  for (const unsigned cpu : options.drain.cpus) made.cpus.push_back(cpu);
  made.nice = options.drain.nice;
  return made;
}

void set_log_threshold(config::LogThreshold wanted) {
  if (wanted == config::LogThreshold::kOff) return base::set_log_threshold(std::nullopt);
  base::set_log_threshold(wanted == config::LogThreshold::kError     ? LogLevel::kError
                          : wanted == config::LogThreshold::kWarning ? LogLevel::kWarning
                                                                     : LogLevel::kInfo);
}

std::string start_failure(const char* thrown) noexcept {
  try {
    return base::sentence(
        "The recorder can't be started (%s); what its options hold must not throw, and the "
        "process needs memory.",
        thrown);
  } catch (const std::exception&) {
    return "No memory.";  // so short that the text needs none
  }
}

}  // namespace

void set_exporter_factory(ExporterFactory factory) noexcept {
  exporter_factory.store(factory, std::memory_order_release);
}

ExporterFactory find_exporter_factory() noexcept {
  return exporter_factory.load(std::memory_order_acquire);
}

constinit std::atomic<const DumpSignal*> dump_signal{nullptr};
constinit std::atomic<BacklogMaker> orphan_backlog_maker{nullptr};
constinit AccountingReader accounting_reader = nullptr;
constinit Recorder::Impl* Recorder::Impl::for_children = nullptr;

Recorder::Recorder() noexcept = default;
Recorder::Recorder(Recorder&&) noexcept = default;

Recorder& Recorder::operator=(Recorder&& other) noexcept {
  if (this == &other) return *this;
  if (impl_ != nullptr) stop(impl_->options.stop_timeout);
  impl_ = std::move(other.impl_);
  error_ = std::move(other.error_);
  final_ = other.final_;
  return *this;
}

Recorder::~Recorder() {
  if (impl_ != nullptr) stop(impl_->options.stop_timeout);
}

Status Recorder::Impl::start() {
  const config::EnvironmentSettings env = config::read_environment();
  set_log_threshold(env.log_threshold.value_or(config::LogThreshold::kInfo));
  for (const std::string& warning : env.warnings) base::log(LogLevel::kWarning, warning);
  if (env.sdk_disabled)
    return base::failure(
        "Recording is switched off by OTEL_SDK_DISABLED=true; unset it to record.");
  const auto resource = base::make_shared<const Resource>(
      config::make_resource(env, options.resource, options.service_name));
  if (Status started = start_runtime(env); !started) return started;
  if (options.drain.enabled) {
    if (Status started = start_drain(env, resource); !started) return started;
  } else if (!options.exporters.empty()) {
    base::log(LogLevel::kWarning,
              "The drain is switched off (drain.enabled), so the exporters given get no spans; "
              "read the region with the command nanospan, or switch the drain on.");
  }
  capture::publish_definitions(*runtime->region, *resource);
  records_in_children = options.on_fork != nullptr || env.record_in_children;
  if (const DumpSignal* const dumps = dump_signal.load(std::memory_order_acquire))
    dumps->start(options.dump_on_signal);
  else if (options.dump_on_signal.signal != 0)
    base::log(LogLevel::kWarning,
              "No dump will come on a signal: link nanospan::nanospan, or call "
              "enable_dump_on_signal().");
  return {};
}

Status Recorder::Impl::start_runtime(const config::EnvironmentSettings& env) {
  capture::RuntimeOptions wanted;
  wanted.region = region_options(options);
  wanted.limits = checked(options.limits.value_or(env.limits));
  wanted.make_trace_id = options.make_trace_id;
  wanted.sampler =
      options.sampler != nullptr ? options.sampler : sampling::make_sampler(env.sampler);
  Result<capture::Runtime*> made = capture::start(wanted);
  if (!made) return made.status();
  runtime = *made;
  take_first_anchors(*runtime->region);
  return {};
}

Status Recorder::Impl::start_drain(const config::EnvironmentSettings& env,
                                   const std::shared_ptr<const Resource>& resource) {
  const std::string service_name(config::find_text(*resource, "service.name"));
  const Exporters exporters = choose_exporters(options, env.traces_exporters, service_name);
  for (const auto& exporter : exporters)
    base::say(LogLevel::kInfo, "Spans go to %s.", exporter->describe().c_str());
  auto made = std::make_unique<drain::Drain>();
  const BacklogMaker make_orphans = orphan_backlog_maker.load(std::memory_order_acquire);
  if (make_orphans != nullptr && options.recover_on_start && env.recover_on_start &&
      !exporters.empty())
    made->give_backlog(make_orphans(*runtime->region, service_name));
  Status started =
      made->start(*runtime->region, exporters, resource, drain_options(options, env.batch));
  if (started) drain = std::move(made);
  return started;
}

// Of a start that failed half-way: its spans are nobody's.
void Recorder::Impl::give_up() noexcept {
  if (runtime == nullptr) return;
  capture::withdraw_definitions();
  drain.reset();
  capture::stop(*std::exchange(runtime, nullptr), false);
}

std::string Recorder::Impl::try_start() noexcept {
  std::string error = "No memory.";  // so short that the text needs none
  try {
    const Status started = start();
    options.exporters.clear();  // the drain's now
    if (started) {
      owner.store(getpid(), std::memory_order_release);
      return {};
    }
    error = started.error();
  } catch (const std::exception& thrown) {
    error = start_failure(thrown.what());
  } catch (...) {
    error = start_failure("an exception of an unknown type");
  }
  give_up();
  return error;
}

void Recorder::Impl::leave_to_parent() noexcept {
  struct Left {
    std::unique_ptr<drain::Drain> drain;
    Left* before;
  };
  static constinit Left* all = nullptr;  // where leak checkers find them
  runtime = nullptr;
  if (drain == nullptr) return;
  if (auto* const left = new (std::nothrow) Left{nullptr, all}) {
    left->drain = std::move(drain);
    all = left;
  }
  (void)drain.release();
}

// The function may replace all the options, itself with them.
void Recorder::Impl::start_in_child() noexcept {
  leave_to_parent();
  auto on_fork = std::move(options.on_fork);
  try {
    if (on_fork) on_fork(options);
  } catch (...) {  // what it did not set is as the parent had it
  }
  if (!options.on_fork) options.on_fork = std::move(on_fork);
  if (const std::string error = try_start(); !error.empty())
    base::say(LogLevel::kWarning, "A forked child is untraced: %s", error.c_str());
}

Recorder Recorder::start(RecorderOptions options) {
  Recorder made;
  std::unique_ptr<Impl> impl(new (std::nothrow) Impl(std::move(options)));
  made.error_ = "No memory.";  // so short that the text needs none
  if (impl == nullptr) return made;
  made.error_ = impl->try_start();
  if (!made.error_.empty()) return made;
  made.impl_ = std::move(impl);
  const bool forks_on = made.impl_->records_in_children;
  Impl::for_children = forks_on ? made.impl_.get() : nullptr;
  capture::record_in_children(forks_on ? +[]() noexcept { Impl::for_children->start_in_child(); }
                                       : nullptr);
  return made;
}

bool Recorder::flush(std::chrono::milliseconds timeout) noexcept {
  if (impl_ == nullptr || !impl_->is_ours()) return false;
  return impl_->drain == nullptr || impl_->drain->flush(after(timeout));
}

bool Recorder::stop(std::chrono::milliseconds timeout) noexcept {
  if (impl_ == nullptr) return true;
  const std::unique_ptr<Impl> impl = std::move(impl_);
  error_ = "stopped";  // so short that it needs no memory
  if (impl.get() == Impl::for_children) {
    capture::record_in_children(nullptr);
    Impl::for_children = nullptr;
  }
  if (!impl->is_ours()) {
    impl->leave_to_parent();
    return true;
  }
  const Deadline deadline = after(timeout);
  capture::withdraw_definitions();
  bool flushed = true;
  if (impl->drain != nullptr) {
    flushed = impl->drain->flush(deadline);
    const bool ended = impl->drain->shutdown(deadline);
    flushed &= ended || detail::load(impl->runtime->region->header().in_export) == 0;
  }
  // Behind the flush: a dump that is being written takes no time from it.
  if (const DumpSignal* const dumps = dump_signal.load(std::memory_order_acquire))
    dumps->stop(deadline);
  if (accounting_reader != nullptr) final_ = accounting_reader(impl->runtime->region->view());
  // Without a drain of our own, whoever reads the region has not finished.
  capture::stop(*std::exchange(impl->runtime, nullptr), impl->drain == nullptr || !flushed);
  return flushed;
}

std::string Recorder::region_path() const {
  return impl_ == nullptr || !impl_->is_ours() ? std::string() : impl_->runtime->region->path();
}

}  // namespace nanospan

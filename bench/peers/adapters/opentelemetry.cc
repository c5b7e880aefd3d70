// OpenTelemetry C++: a span that is made current, the batch processor with its defaults, an
// exporter that counts and drops.
//
// The queue of the defaults holds 2,048 spans; what does not fit is dropped and counted here as
// what never came. The line that the library logs for each is dropped too, which is in its favour,
// as is that nothing is encoded: ours encodes.
#include <opentelemetry/sdk/common/attribute_utils.h>
#include <opentelemetry/sdk/common/global_log_handler.h>
#include <opentelemetry/sdk/trace/batch_span_processor_factory.h>
#include <opentelemetry/sdk/trace/batch_span_processor_options.h>
#include <opentelemetry/sdk/trace/exporter.h>
#include <opentelemetry/sdk/trace/samplers/always_off_factory.h>
#include <opentelemetry/sdk/trace/span_data.h>
#include <opentelemetry/sdk/trace/tracer_provider.h>
#include <opentelemetry/sdk/version/version.h>
#include <opentelemetry/trace/scope.h>

#include <atomic>

#include "peers/adapters/work.h"
#include "peers/peer.h"

namespace nanospan::bench::peers {
namespace {

namespace api = opentelemetry::trace;
namespace sdk = opentelemetry::sdk::trace;
using opentelemetry::nostd::shared_ptr;
using opentelemetry::nostd::span;
using opentelemetry::nostd::string_view;

std::atomic<std::uint64_t> exported{0};
shared_ptr<api::Tracer> tracer, tracer_off;

class DroppingExporter : public sdk::SpanExporter {
 public:
  std::unique_ptr<sdk::Recordable> MakeRecordable() noexcept override {
    return std::make_unique<sdk::SpanData>();
  }
  opentelemetry::sdk::common::ExportResult Export(
      const span<std::unique_ptr<sdk::Recordable>>& spans) noexcept override {
    exported.fetch_add(spans.size(), std::memory_order_relaxed);
    return opentelemetry::sdk::common::ExportResult::kSuccess;
  }
  bool ForceFlush(std::chrono::microseconds) noexcept override { return true; }
  bool Shutdown(std::chrono::microseconds) noexcept override { return true; }
};

[[gnu::noinline]] void spans_plain(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    const auto span = tracer->StartSpan(kSpanName);
    const api::Scope current(span);
    span->End();
  }
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

[[gnu::noinline]] void spans_with_attributes(std::size_t spans) {
  const string_view user(user_id().data(), user_id().size());
  for (std::size_t i = 0; i < spans; ++i) {
    const auto span = tracer->StartSpan(kSpanName);
    const api::Scope current(span);
    span->SetAttribute(kMethodKey, kMethod);
    span->SetAttribute(kUserKey, user);
    span->SetAttribute(kRowsKey, static_cast<std::int64_t>(i));
    span->SetAttribute(kRatioKey, static_cast<double>(i) * 0.5);
    span->End();
  }
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

[[gnu::noinline]] void spans_never_sampled(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    const auto span = tracer_off->StartSpan(kSpanName);
    const api::Scope current(span);
    span->End();
  }
}

void span_around(void (*work)(void*), void* argument) {
  const auto span = tracer->StartSpan(kSpanName);
  const api::Scope current(span);
  work(argument);
  span->End();
}

std::unique_ptr<sdk::SpanProcessor> make_processor() {
  return sdk::BatchSpanProcessorFactory::Create(std::make_unique<DroppingExporter>(),
                                                sdk::BatchSpanProcessorOptions{});
}

class OpenTelemetry : public Peer {
 public:
  ~OpenTelemetry() override { tracer = tracer_off = {}; }
  [[nodiscard]] PeerFacts facts() const override {
    return {"OpenTelemetry C++", OPENTELEMETRY_SDK_VERSION,
            "current span, batch processor with its defaults, exporter that drops; disabled: "
            "sampler always off",
            "random"};
  }
  [[nodiscard]] Loops loops() const override {
    return {spans_plain, spans_with_attributes, spans_never_sampled, span_around};
  }
  [[nodiscard]] std::string start() override {
    opentelemetry::sdk::common::internal_log::GlobalLogHandler::SetLogHandler(
        shared_ptr<opentelemetry::sdk::common::internal_log::LogHandler>(
            new opentelemetry::sdk::common::internal_log::NoopLogHandler));
    provider_ = std::make_unique<sdk::TracerProvider>(make_processor());
    provider_off_ = std::make_unique<sdk::TracerProvider>(
        make_processor(), opentelemetry::sdk::resource::Resource::Create({}),
        sdk::AlwaysOffSamplerFactory::Create());
    tracer = provider_->GetTracer("nanospan_bench");
    tracer_off = provider_off_->GetTracer("nanospan_bench");
    return "";
  }
  Delivery settle() override {
    provider_->ForceFlush();
    return {exported.load(), recorded.load() - exported.load(), kUnknown};
  }

 private:
  std::unique_ptr<sdk::TracerProvider> provider_, provider_off_;
};

}  // namespace

std::unique_ptr<Peer> make_peer() {
  return std::make_unique<OpenTelemetry>();
}

}  // namespace nanospan::bench::peers

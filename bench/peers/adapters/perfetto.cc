// Perfetto's SDK: a scoped TRACE_EVENT, the in-process service, a ring buffer of 64 MiB in it.
//
// The service copies what the threads write into the ring, on a thread of its own. The ring is read
// when a chunk is over, as one does who wants a trace: what is not in it counts as lost, the last
// few KiB of a second thread too, which nobody else can flush.
#include <perfetto.h>

#include <unistd.h>

#include "peers/adapters/work.h"
#include "peers/peer.h"

PERFETTO_DEFINE_CATEGORIES(perfetto::Category("work"), perfetto::Category("off"));
PERFETTO_TRACK_EVENT_STATIC_STORAGE();

namespace nanospan::bench::peers {
namespace {

[[gnu::noinline]] void events(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    TRACE_EVENT("work", "work");
  }
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

[[gnu::noinline]] void events_with_arguments(std::size_t spans) {
  const std::string user(user_id());
  for (std::size_t i = 0; i < spans; ++i) {
    TRACE_EVENT("work", "work", kMethodKey, kMethod, kUserKey, user, kRowsKey,
                static_cast<std::int64_t>(i), kRatioKey, static_cast<double>(i) * 0.5);
  }
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

[[gnu::noinline]] void events_switched_off(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    TRACE_EVENT("off", "work");
  }
}

void event_around(void (*work)(void*), void* argument) {
  TRACE_EVENT("work", "work");
  work(argument);
}

perfetto::TraceConfig ring_of_one_category() {
  perfetto::TraceConfig config;
  auto* const buffer = config.add_buffers();
  buffer->set_size_kb(64 * 1024);
  buffer->set_fill_policy(perfetto::TraceConfig::BufferConfig::RING_BUFFER);
  auto* const source = config.add_data_sources()->mutable_config();
  source->set_name("track_event");
  perfetto::protos::gen::TrackEventConfig categories;
  categories.add_enabled_categories("work");
  categories.add_disabled_categories("*");
  source->set_track_event_config_raw(categories.SerializeAsString());
  return config;
}

// How many spans a trace shows from begin to end.
std::uint64_t finished_in(const std::vector<char>& trace) {
  using perfetto::protos::pbzero::TracePacket;
  using perfetto::protos::pbzero::TrackEvent;
  std::uint64_t ends = 0;
  const perfetto::protos::pbzero::Trace::Decoder packets(
      reinterpret_cast<const std::uint8_t*>(trace.data()), trace.size());
  for (auto packet = packets.packet(); packet; ++packet) {
    const TracePacket::Decoder one(*packet);
    if (!one.has_track_event()) continue;
    const TrackEvent::Decoder event(one.track_event());
    if (event.type() == TrackEvent::TYPE_SLICE_END) ++ends;
  }
  return ends;
}

class Perfetto : public Peer {
 public:
  ~Perfetto() override {
    if (session_) session_->StopBlocking();
  }
  [[nodiscard]] PeerFacts facts() const override {
    return {"Perfetto SDK", version_,
            "TRACE_EVENT, in-process service, 64 MiB ring, read after each chunk", "none"};
  }
  [[nodiscard]] Loops loops() const override {
    return {events, events_with_arguments, events_switched_off, event_around};
  }
  [[nodiscard]] std::string start() override {
    perfetto::TracingInitArgs args;
    args.backends = perfetto::kInProcessBackend;
    args.log_message_callback = [](perfetto::LogMessageCallbackArgs) {};
    perfetto::Tracing::Initialize(args);
    if (!perfetto::TrackEvent::Register()) return "track events could not be registered";
    session_ = perfetto::Tracing::NewTrace(perfetto::kInProcessBackend);
    session_->Setup(ring_of_one_category());
    session_->StartBlocking();
    const auto answer = session_->QueryServiceStateBlocking();
    perfetto::protos::gen::TracingServiceState state;
    if (answer.success &&
        state.ParseFromArray(answer.service_state_data.data(), answer.service_state_data.size()))
      version_ = state.tracing_service_version();
    return "";
  }
  Delivery settle() override {
    perfetto::TrackEvent::Flush();
    const std::vector<char> trace = session_->ReadTraceBlocking();
    kept_ += finished_in(trace);
    bytes_ += trace.size();
    return {kept_, recorded.load() - kept_, bytes_};
  }

 private:
  std::unique_ptr<perfetto::TracingSession> session_;
  std::string version_;
  std::uint64_t kept_ = 0, bytes_ = 0;
};

}  // namespace

std::unique_ptr<Peer> make_peer() {
  return std::make_unique<Perfetto>();
}

}  // namespace nanospan::bench::peers

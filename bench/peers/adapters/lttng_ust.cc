// LTTng-UST: a tracepoint at the start of a span and one at its end, in overwrite mode.
//
// Overwrite mode is its flight recorder, the mode that costs least: rings that nobody reads until a
// snapshot is asked for, so nothing is exported or counted as lost. A span has no id.
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "peers/adapters/lttng_tracepoints.h"

#include <chrono>
#include <thread>

#include "peers/adapters/lttng_session.h"
#include "peers/adapters/work.h"
#include "peers/peer.h"

namespace nanospan::bench::peers {
namespace {

[[gnu::noinline]] void trace_plain(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    lttng_ust_tracepoint(nanospan_peer, begin, kSpanName);
    lttng_ust_tracepoint(nanospan_peer, end);
  }
}

[[gnu::noinline]] void trace_with_attributes(std::size_t spans) {
  const char* const user = user_id().data();
  for (std::size_t i = 0; i < spans; ++i) {
    lttng_ust_tracepoint(nanospan_peer, begin, kSpanName);
    lttng_ust_tracepoint(nanospan_peer, end_with_attributes, kMethod, user, static_cast<long>(i),
                         static_cast<double>(i) * 0.5);
  }
}

void trace_around(void (*work)(void*), void* argument) {
  lttng_ust_tracepoint(nanospan_peer, begin, kSpanName);
  work(argument);
  lttng_ust_tracepoint(nanospan_peer, end);
}

[[gnu::noinline]] void trace_switched_off(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    lttng_ust_tracepoint(nanospan_peer, off);
    lttng_ust_tracepoint(nanospan_peer, off);
  }
}

class LttngUst : public Peer {
 public:
  [[nodiscard]] PeerFacts facts() const override {
    return {"LTTng-UST", NANOSPAN_PEER_VERSION,
            "two tracepoints a span, overwrite mode, read by nobody until a snapshot", "none"};
  }
  [[nodiscard]] Loops loops() const override {
    return {trace_plain, trace_with_attributes, trace_switched_off, trace_around};
  }
  [[nodiscard]] std::string start() override {
    std::string problem =
        session_.start("nanospan_peer:begin,nanospan_peer:end,nanospan_peer:end_with_attributes");
    if (!problem.empty()) return problem;
    constexpr unsigned kTries = 100;
    for (unsigned tried = 0; tried < kTries; ++tried) {
      if (lttng_ust_tracepoint_enabled(nanospan_peer, end_with_attributes)) return "";
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return "the session daemon did not enable our tracepoints within 10 s";
  }
  Delivery settle() override { return {}; }

 private:
  LttngSession session_;
};

}  // namespace

std::unique_ptr<Peer> make_peer() {
  return std::make_unique<LttngUst>();
}

}  // namespace nanospan::bench::peers

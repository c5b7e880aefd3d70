// nanospan: scoped spans by the macro, the drain encoding OTLP on the other core.
#include "nanospan/scope.h"
#include "peers/adapters/nanospan_peer.h"
#include "recording/span_loops.h"

namespace nanospan::bench::peers {
namespace {

constinit detail::Callsite off_site{"off", __FILE__, __LINE__, "start_switched_off"};

[[gnu::noinline]] void start_switched_off(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    const ScopedSpan span(off_site);
  }
}

void scope_around(void (*work)(void*), void* argument) {
  NANOSPAN_SCOPE(span, "work");
  work(argument);
}

}  // namespace

std::unique_ptr<Peer> make_peer() {
  off_site.state.store(detail::kCallsiteOff, std::memory_order_relaxed);
  return std::make_unique<NanospanPeer>(
      PeerFacts{"nanospan", NANOSPAN_PEER_VERSION,
                "NANOSPAN_SCOPE; the drain encodes OTLP and drops the bytes", "random"},
      Loops{record_spans, record_spans_with_attributes, start_switched_off, scope_around});
}

}  // namespace nanospan::bench::peers

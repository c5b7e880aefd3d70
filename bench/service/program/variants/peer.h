// A peer by its adapter (bench/peers), as its own documentation sets it up.
//
// The adapter is compiled apart, so a span costs two calls more, there and back, than it would
// written into the service; no_peer.cc is what these cost.
#pragma once

#include <memory>
#include <string>

#include "harness/machine.h"
#include "peers/peer.h"
#include "peers/peer_threads.h"
#include "service/program/instrument.h"

#define NANOSPAN_BENCH_IN_SPAN(NAME, WORK) in_span_of_peer(WORK)

namespace nanospan::bench {

inline constinit peers::Around around_of_peer = nullptr;  // set before the request threads are made

template <typename Work>
void in_span_of_peer(Work work) {
  around_of_peer([](void* it) { (*static_cast<Work*>(it))(); }, &work);
}

class Instrument {
 public:
  Instrument(const std::string&, unsigned cpu) {
    pin_this_thread(cpu);
    peer_ = peers::make_peer();
    problem_ = peer_->start();
    around_of_peer = peer_->loops().around;
    if (problem_.empty() && around_of_peer == nullptr) problem_ = "it has no span around anything";
    peers::pin_all_threads(cpu);
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  void prepare_thread() { peer_->prepare_thread(); }
  Delivery delivery(std::uint64_t recorded) {
    peers::recorded.store(recorded);
    const peers::Delivery delivery = peer_->settle();
    return {spans(delivery.exported), spans(delivery.lost)};
  }

 private:
  static double spans(std::uint64_t count) {
    return count == peers::kUnknown ? kUnknownSpans : static_cast<double>(count);
  }

  std::unique_ptr<peers::Peer> peer_;
  std::string problem_;
};

}  // namespace nanospan::bench

// In place of a peer: the calls through its adapter, and no span.
#include "peers/peer.h"

namespace nanospan::bench::peers {
namespace {

void only_call(void (*work)(void*), void* argument) {
  work(argument);
  asm volatile("" ::: "memory");  // it returns here, as it does to a peer
}

class NoPeer : public Peer {
 public:
  [[nodiscard]] PeerFacts facts() const override { return {"no peer", "", "calls alone", "none"}; }
  [[nodiscard]] Loops loops() const override { return {nullptr, nullptr, nullptr, only_call}; }
  [[nodiscard]] std::string start() override { return ""; }
  Delivery settle() override { return {0, 0, 0}; }
};

}  // namespace

std::unique_ptr<Peer> make_peer() {
  return std::make_unique<NoPeer>();
}

}  // namespace nanospan::bench::peers

// A peer in Rust: its library (rust/) behind this interface of C, so that it is timed by the same
// code as all others.
//
// A call into the library is a call that is not inlined, as that of each peer's loop here.
#include "peers/peer.h"

extern "C" {
const char* rust_peer_name();
const char* rust_peer_how();
void rust_peer_start();
void rust_peer_record_plain(std::size_t spans);
void rust_peer_record_with_attributes(std::size_t spans);
void rust_peer_start_switched_off(std::size_t spans);
void rust_peer_around(void (*work)(void*), void* argument);
void rust_peer_flush();
std::uint64_t rust_peer_exported();
}

namespace nanospan::bench::peers {
namespace {

void record_plain(std::size_t spans) {
  rust_peer_record_plain(spans);
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

void record_with_attributes(std::size_t spans) {
  rust_peer_record_with_attributes(spans);
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

class RustPeer : public Peer {
 public:
  [[nodiscard]] PeerFacts facts() const override {
    return {rust_peer_name(), NANOSPAN_PEER_VERSION, rust_peer_how(), "random"};
  }
  [[nodiscard]] Loops loops() const override {
    return {record_plain, record_with_attributes, rust_peer_start_switched_off, rust_peer_around};
  }
  [[nodiscard]] std::string start() override {
    rust_peer_start();
    return "";
  }
  Delivery settle() override {
    rust_peer_flush();
    const std::uint64_t exported = rust_peer_exported();
    return {exported, recorded.load() - exported, kUnknown};
  }
};

}  // namespace

std::unique_ptr<Peer> make_peer() {
  return std::make_unique<RustPeer>();
}

}  // namespace nanospan::bench::peers

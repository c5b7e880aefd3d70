// The least recorder, R (rulers.h): what a streaming recorder costs that does nothing else.
#include "peers/adapters/nanospan_peer.h"
#include "recording/rulers.h"

namespace nanospan::bench::peers {

std::unique_ptr<Peer> make_peer() {
  return std::make_unique<NanospanPeer>(
      PeerFacts{
          "R, the least recorder", NANOSPAN_PEER_VERSION,
          "two tick reads and one 64-byte slot, no ids, no attributes ever, read by our drain",
          "none"},
      Loops{publish_bare_slots, publish_bare_slots, nullptr});
}

}  // namespace nanospan::bench::peers

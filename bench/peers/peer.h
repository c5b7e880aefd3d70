// Peer: the one interface behind which every recorder stands that is measured here, ours too.
//
// One peer is one file and one program: within a process recorders interfere by their threads,
// allocators, signal handlers and exit hooks. serve.cc is the main of such a program, runner.cc
// asks all of them in turn. A peer is configured as its own documentation does for production; what
// that means for each stands in README.md. Threads: the writer calls all of it, but
// prepare_thread() and the loops, which any thread may run that records. Threads that start()
// creates run on the drain's core. Errors: start() says why the peer can't run here.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "harness/pace.h"

namespace nanospan::bench::peers {

struct PeerFacts {
  std::string name;
  std::string version;
  std::string how;  // it is used: interface, consumer, what is lost
  std::string ids;  // of trace and span in its records: none, counted, random
};

// Spans that the loops have recorded so far. Who calls `around` adds here what it recorded.
inline constinit std::atomic<std::uint64_t> recorded{0};

// One span around work(argument).
using Around = void (*)(void (*work)(void*), void* argument);

// Each records so many spans; nullptr: the peer has none of the kind.
struct Loops {
  Loop plain = nullptr;
  Loop four_attributes = nullptr;  // work.h
  Loop disabled = nullptr;         // compiled in and switched off
  Around around = nullptr;
};

inline constexpr std::uint64_t kUnknown = ~std::uint64_t{0};

// Since start().
struct Delivery {
  std::uint64_t exported = kUnknown;  // spans that the consumer got
  std::uint64_t lost = kUnknown;      // spans that it never gets
  std::uint64_t bytes = kUnknown;     // of what it got, or of what was written for it
};

// The destructor stops the consumer and removes what the peer has left in the system.
class Peer {
 public:
  Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  virtual ~Peer() = default;

  [[nodiscard]] virtual PeerFacts facts() const = 0;
  [[nodiscard]] virtual Loops loops() const = 0;
  // Starts the consumer. "": it runs; else why not.
  [[nodiscard]] virtual std::string start() = 0;
  // What the recorder asks of a thread before its first span.
  virtual void prepare_thread() {}
  // Returns when the consumer has all that it will get of what was recorded.
  virtual Delivery settle() = 0;
};

// Defined by the peer's file.
[[nodiscard]] std::unique_ptr<Peer> make_peer();

}  // namespace nanospan::bench::peers

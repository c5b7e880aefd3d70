// The main of a peer's program: says who it is, then answers the runner's requests, a line of JSON
// each, until its input ends.
//
// By hand it is asked like this: echo 'spans 0 1000 2000' | nanospan_peer_spall
// First line: {"name","version","how","ids","four_attributes","disabled"} or {"name","not_run"};
// answers:
// {"ns","lengths":[[ticks, count]…],"exported","lost","bytes"}, the last three since the start,
// null when unknown; {"problem"} for what this peer has not. Threads: the writer is the main
// thread, on the writer's core; a second thread is parked.
#include <signal.h>
#include <sys/prctl.h>

#include <iostream>
#include <optional>
#include <sstream>

#include "harness/machine.h"
#include "harness/partner.h"
#include "peers/measure_cold.h"
#include "peers/peer.h"
#include "peers/peer_threads.h"

namespace nanospan::bench::peers {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

std::string counted(std::uint64_t value) {
  return value == kUnknown ? "null" : std::to_string(value);
}

void say(const std::string& line) {
  std::cout << line << std::endl;
}

Loop loop_for(const Loops& loops, const Request& request) {
  if (request.what == "disabled") return loops.disabled;
  return request.attributes == 0 ? loops.plain : loops.four_attributes;
}

void answer(const Chunk& chunk, const Delivery& delivery) {
  std::ostringstream out;
  out.precision(10);
  out << "{\"ns\":" << chunk.ns << ",\"lengths\":[";
  const char* separator = "";
  for (const auto& [ticks, count] : chunk.lengths) {
    out << separator << '[' << ticks << ',' << count << ']';
    separator = ",";
  }
  out << "],\"exported\":" << counted(delivery.exported) << ",\"lost\":" << counted(delivery.lost)
      << ",\"bytes\":" << counted(delivery.bytes) << '}';
  say(out.str());
}

void serve(Peer& peer) {
  const Loops loops = peer.loops();
  std::optional<Partner> partner;
  for (std::string line; std::getline(std::cin, line);) {
    Request request;
    std::istringstream(line) >> request.what >> request.attributes >> request.period_ns >>
        request.spans >> request.walked_bytes;
    const Loop loop = loop_for(loops, request);
    if (loop == nullptr || request.spans == 0) {
      say("{\"problem\":\"it has none of these\"}");
    } else if (request.what == "two_threads") {
      if (!partner) partner.emplace([&peer] { peer.prepare_thread(); });
      (void)partner->run_both(loop, kWarmUp);
      Chunk chunk;
      chunk.ns = partner->run_both(loop, request.spans);
      answer(chunk, peer.settle());
    } else {
      const Chunk chunk = measure_request(loop, request);
      answer(chunk, peer.settle());
    }
  }
}

std::string flag(Loop loop) {
  return loop != nullptr ? "true" : "false";
}

}  // namespace
}  // namespace nanospan::bench::peers

int main() {
  using namespace nanospan::bench;
  using namespace nanospan::bench::peers;
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a runner that is interrupted leaves it stopped
  (void)usable_cpus();
  (void)ns_per_tick();
  park_second_thread();
  pin_this_thread(drain_cpu());  // and so whatever thread the peer starts
  const std::unique_ptr<Peer> peer = make_peer();
  const std::string problem = has_two_cores() ? peer->start() : "the consumer needs a second core";
  const PeerFacts facts = peer->facts();
  if (!problem.empty()) {
    say("{\"name\":" + quoted(facts.name) + ",\"not_run\":" + quoted(problem) + '}');
    return 0;
  }
  pin_all_threads(drain_cpu());
  pin_this_thread(writer_cpu());
  peer->prepare_thread();
  const Loops loops = peer->loops();
  say("{\"name\":" + quoted(facts.name) + ",\"version\":" + quoted(facts.version) +
      ",\"how\":" + quoted(facts.how) + ",\"ids\":" + quoted(facts.ids) + ",\"four_attributes\":" +
      flag(loops.four_attributes) + ",\"disabled\":" + flag(loops.disabled) + '}');
  serve(*peer);
}

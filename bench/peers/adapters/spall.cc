// spall: begin and end events into a buffer of the thread, which a write callback empties.
//
// The callback counts and drops, as ours drops what the drain encodes: spall's own writes a file on
// the thread that records. Its consumer is that callback. An event's arguments are one string,
// which the caller would have to format: it has no attributes, and no switch.
#include <spall.h>

#include <unistd.h>

#include <atomic>
#include <vector>

#include "harness/machine.h"
#include "nanospan/detail/tick_source.h"
#include "peers/adapters/work.h"
#include "peers/peer.h"

namespace nanospan::bench::peers {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;  // the size in spall's own examples

std::atomic<std::uint64_t> written_bytes{0};
SpallProfile profile;

bool count_and_drop(SpallProfile*, const void*, std::size_t bytes) {
  written_bytes.fetch_add(bytes, std::memory_order_relaxed);
  return true;
}
bool flush_nothing(SpallProfile*) {
  return true;
}

SpallBuffer& buffer() {
  static thread_local std::vector<char> bytes(kBufferBytes);
  static thread_local SpallBuffer of_thread = [] {
    SpallBuffer made{};
    made.data = bytes.data();
    made.length = bytes.size();
    made.pid = static_cast<std::uint32_t>(getpid());
    made.tid = static_cast<std::uint32_t>(gettid());
    spall_buffer_init(&profile, &made);
    return made;
  }();
  return of_thread;
}

[[gnu::noinline]] void begin_and_end(std::size_t spans) {
  SpallBuffer& into = buffer();
  for (std::size_t i = 0; i < spans; ++i) {
    spall_buffer_begin(&profile, &into, kSpanName, sizeof(kSpanName) - 1, detail::read_ticks());
    spall_buffer_end(&profile, &into, detail::read_ticks());
  }
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

void begin_and_end_around(void (*work)(void*), void* argument) {
  SpallBuffer& into = buffer();
  spall_buffer_begin(&profile, &into, kSpanName, sizeof(kSpanName) - 1, detail::read_ticks());
  work(argument);
  spall_buffer_end(&profile, &into, detail::read_ticks());
}

class Spall : public Peer {
 public:
  ~Spall() override { spall_quit(&profile); }
  [[nodiscard]] PeerFacts facts() const override {
    return {"spall", "spall.h of 2023, format 3", "begin and end, 1 MiB a thread, null sink",
            "none"};
  }
  [[nodiscard]] Loops loops() const override {
    return {begin_and_end, nullptr, nullptr, begin_and_end_around};
  }
  [[nodiscard]] std::string start() override {
    return spall_init_callbacks(ns_per_tick() / 1000, count_and_drop, flush_nothing, nullptr,
                                nullptr, &profile)
               ? ""
               : "spall_init_callbacks failed";
  }
  void prepare_thread() override { (void)buffer(); }
  Delivery settle() override {
    spall_buffer_flush(&profile, &buffer());
    return {recorded.load(), 0, written_bytes.load()};
  }
};

}  // namespace

std::unique_ptr<Peer> make_peer() {
  return std::make_unique<Spall>();
}

}  // namespace nanospan::bench::peers

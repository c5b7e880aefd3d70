// moodycamel's queue: each span is handed to the consumer as a record of 64 bytes.
//
// A producer token for each thread and a consumer that takes up to 256 at a time, as the queue's
// documentation advises. Attributes would need a second queue or the heap: it has none.
#include <concurrentqueue/concurrentqueue.h>

#include <array>
#include <optional>

#include "peers/adapters/own_queue.h"
#include "peers/adapters/work.h"

namespace nanospan::bench::peers {
namespace {

using Queue = moodycamel::ConcurrentQueue<OwnSpan>;

Queue& queue() {
  static Queue spans(1 << 18);
  return spans;
}
moodycamel::ProducerToken& token() {
  static thread_local moodycamel::ProducerToken of_thread(queue());
  return of_thread;
}

[[gnu::noinline]] void hand_over(std::size_t spans) {
  Queue& to = queue();
  const moodycamel::ProducerToken& from = token();
  for (std::size_t i = 0; i < spans; ++i) {
    OwnSpan span = begin_own_span(kSpanName);
    span.end = detail::read_ticks();
    to.enqueue(from, span);
  }
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

void hand_over_around(void (*work)(void*), void* argument) {
  OwnSpan span = begin_own_span(kSpanName);
  work(argument);
  span.end = detail::read_ticks();
  queue().enqueue(token(), span);
}

std::uint64_t take() {
  static thread_local moodycamel::ConsumerToken into(queue());
  static thread_local std::array<OwnSpan, 256> taken;
  return queue().try_dequeue_bulk(into, taken.data(), taken.size());
}

class Moodycamel : public Peer {
 public:
  [[nodiscard]] PeerFacts facts() const override {
    return {"moodycamel queue", NANOSPAN_PEER_VERSION,
            "a 64-byte record with counted ids, a token a thread, taken 256 at a time", "counted"};
  }
  [[nodiscard]] Loops loops() const override {
    return {hand_over, nullptr, nullptr, hand_over_around};
  }
  [[nodiscard]] std::string start() override {
    consumer_.emplace(take);
    return "";
  }
  void prepare_thread() override { (void)token(); }
  Delivery settle() override { return consumer_->wait_for(recorded.load(), sizeof(OwnSpan)); }

 private:
  std::optional<OwnConsumer> consumer_;
};

}  // namespace

std::unique_ptr<Peer> make_peer() {
  return std::make_unique<Moodycamel>();
}

}  // namespace nanospan::bench::peers

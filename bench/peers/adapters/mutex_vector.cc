// std::mutex and std::vector: what most programs that trace themselves begin with.
//
// The consumer swaps the vector for an empty one with as much room, so that it seldom grows. An
// attribute is a key and a variant; those of a span are a vector of their own.
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "peers/adapters/own_queue.h"
#include "peers/adapters/work.h"

namespace nanospan::bench::peers {
namespace {

using Value = std::variant<std::int64_t, double, std::string>;
using Attributes = std::vector<std::pair<const char*, Value>>;
struct RecordedSpan {
  OwnSpan span;
  Attributes attributes;
};

std::mutex mutex;
std::vector<RecordedSpan> finished;  // guarded by mutex

void finish(OwnSpan& span, Attributes&& attributes) {
  span.end = detail::read_ticks();
  const std::lock_guard lock(mutex);
  finished.push_back({span, std::move(attributes)});
}

[[gnu::noinline]] void push_plain(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    OwnSpan span = begin_own_span(kSpanName);
    finish(span, {});
  }
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

[[gnu::noinline]] void push_with_attributes(std::size_t spans) {
  const std::string_view user = user_id();
  for (std::size_t i = 0; i < spans; ++i) {
    OwnSpan span = begin_own_span(kSpanName);
    Attributes attributes;
    attributes.reserve(4);
    attributes.emplace_back(kMethodKey, std::string(kMethod));
    attributes.emplace_back(kUserKey, std::string(user));
    attributes.emplace_back(kRowsKey, static_cast<std::int64_t>(i));
    attributes.emplace_back(kRatioKey, static_cast<double>(i) * 0.5);
    finish(span, std::move(attributes));
  }
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

void push_around(void (*work)(void*), void* argument) {
  OwnSpan span = begin_own_span(kSpanName);
  work(argument);
  finish(span, {});
}

std::uint64_t take() {
  static std::vector<RecordedSpan> taken;
  taken.clear();
  const std::lock_guard lock(mutex);
  taken.swap(finished);
  return taken.size();
}

class MutexVector : public Peer {
 public:
  [[nodiscard]] PeerFacts facts() const override {
    return {"mutex and vector", "libstdc++", "std::mutex, std::vector, swapped by the consumer",
            "counted"};
  }
  [[nodiscard]] Loops loops() const override {
    return {push_plain, push_with_attributes, nullptr, push_around};
  }
  [[nodiscard]] std::string start() override {
    consumer_.emplace(take);
    return "";
  }
  Delivery settle() override {
    Delivery delivery = consumer_->wait_for(recorded.load(), 0);
    delivery.bytes = kUnknown;
    return delivery;
  }

 private:
  std::optional<OwnConsumer> consumer_;
};

}  // namespace

std::unique_ptr<Peer> make_peer() {
  return std::make_unique<MutexVector>();
}

}  // namespace nanospan::bench::peers

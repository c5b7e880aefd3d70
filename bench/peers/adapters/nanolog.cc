// NanoLog: a log line at the start of a span and one at its end, static text and arguments in
// binary form; its background thread compresses them into a file.
//
// The file is /dev/null. A producer whose buffer is full waits for the background thread, which
// polls each microsecond, as it comes: nothing is lost. A span has no id.
#include <array>  // which NanoLog's header needs and does not include

#include <NanoLogCpp17.h>
#include <unistd.h>

#include "peers/adapters/work.h"
#include "peers/peer.h"

namespace nanospan::bench::peers {
namespace {

using namespace NanoLog::LogLevels;

[[gnu::noinline]] void log_plain(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    NANO_LOG(NOTICE, "work begins");
    NANO_LOG(NOTICE, "work ends");
  }
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

[[gnu::noinline]] void log_with_attributes(std::size_t spans) {
  const char* const user = user_id().data();
  for (std::size_t i = 0; i < spans; ++i) {
    NANO_LOG(NOTICE, "work begins");
    NANO_LOG(NOTICE, "work ends method=%s user=%s rows=%ld ratio=%lf", kMethod, user,
             static_cast<long>(i), static_cast<double>(i) * 0.5);
  }
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

[[gnu::noinline]] void log_below_level(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    NANO_LOG(DEBUG, "work begins");
    NANO_LOG(DEBUG, "work ends");
  }
}

void log_around(void (*work)(void*), void* argument) {
  NANO_LOG(NOTICE, "work begins");
  work(argument);
  NANO_LOG(NOTICE, "work ends");
}

class NanoLogPeer : public Peer {
 public:
  [[nodiscard]] PeerFacts facts() const override {
    return {"NanoLog", "C++17 runtime of 2020", "two records a span, 1 MiB a thread, /dev/null",
            "none"};
  }
  [[nodiscard]] Loops loops() const override {
    return {log_plain, log_with_attributes, log_below_level, log_around};
  }
  [[nodiscard]] std::string start() override {
    NanoLog::setLogFile("/dev/null");
    unlink("compressedLog");  // which it makes wherever it is started
    NanoLog::setLogLevel(NOTICE);
    return "";
  }
  void prepare_thread() override { NanoLog::preallocate(); }
  Delivery settle() override {
    NanoLog::sync();
    return {recorded.load(), 0, kUnknown};
  }
};

}  // namespace

std::unique_ptr<Peer> make_peer() {
  return std::make_unique<NanoLogPeer>();
}

}  // namespace nanospan::bench::peers

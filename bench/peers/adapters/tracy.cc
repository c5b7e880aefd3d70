// Tracy: a scoped zone, its worker sending what it compresses to a profiler that reads and drops.
//
// The profiler is ours, a thread on the drain's core behind a socket on the loopback interface: it
// says the words of Tracy's handshake and asks nothing back. Without one the client keeps all in
// memory, which nobody does for long. A zone carries text and a number, not keys; it has no id.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <common/TracyProtocol.hpp>
#include <cstring>
#include <thread>
#include <tracy/Tracy.hpp>

#include "peers/adapters/work.h"
#include "peers/peer.h"

namespace nanospan::bench::peers {
namespace {

std::atomic<std::uint64_t> received_bytes{0};

[[gnu::noinline]] void zones(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    ZoneScopedN("work");
  }
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

[[gnu::noinline]] void zones_with_attributes(std::size_t spans) {
  const std::string_view user = user_id();
  for (std::size_t i = 0; i < spans; ++i) {
    ZoneScopedN("work");
    ZoneText(kMethod, sizeof(kMethod) - 1);
    ZoneText(user.data(), user.size());
    ZoneValue(i);
    ZoneValue(i / 2);
  }
  recorded.fetch_add(spans, std::memory_order_relaxed);
}

[[gnu::noinline]] void zones_switched_off(std::size_t spans) {
  bool on = false;
  asm volatile("" : "+m"(on));
  for (std::size_t i = 0; i < spans; ++i) {
    ZoneNamedN(zone, "work", on);
  }
}

void zone_around(void (*work)(void*), void* argument) {
  ZoneScopedN("work");
  work(argument);
}

// The first of the ports that a client tries; -1: nobody greets us by now.
int connect_and_greet() {
  constexpr std::uint16_t kFirstPort = 8086, kPorts = 20;
  for (std::uint16_t port = kFirstPort; port < kFirstPort + kPorts; ++port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::uint32_t version = tracy::ProtocolVersion;
    std::uint8_t status = tracy::HandshakePending;
    if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0 &&
        send(fd, tracy::HandshakeShibboleth, tracy::HandshakeShibbolethSize, 0) > 0 &&
        send(fd, &version, sizeof(version), 0) > 0 && recv(fd, &status, 1, 0) == 1 &&
        status == tracy::HandshakeWelcome)
      return fd;
    close(fd);
  }
  return -1;
}

void read_and_drop(int fd) {
  std::array<char, 1 << 16> bytes;
  for (ssize_t got = 0; (got = read(fd, bytes.data(), bytes.size())) > 0;)
    received_bytes.fetch_add(static_cast<std::uint64_t>(got), std::memory_order_relaxed);
}

class Tracy : public Peer {
 public:
  ~Tracy() override {
    if (fd_ < 0) return;
    shutdown(fd_, SHUT_RDWR);
    profiler_.join();
    close(fd_);
  }
  [[nodiscard]] PeerFacts facts() const override {
    return {"Tracy", "protocol " + std::to_string(tracy::ProtocolVersion),
            "a scoped zone, drained by a profiler that drops; 4: two texts and two numbers",
            "none"};
  }
  [[nodiscard]] Loops loops() const override {
    return {zones, zones_with_attributes, zones_switched_off, zone_around};
  }
  [[nodiscard]] std::string start() override {
    constexpr unsigned kTries = 100;  // its listening thread may have to be awaited
    for (unsigned tried = 0; tried < kTries && (fd_ = connect_and_greet()) < 0; ++tried)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (fd_ < 0) return "its client did not answer on ports 8086 to 8105; built with TRACY_ENABLE?";
    profiler_ = std::thread(read_and_drop, fd_);
    return "";
  }
  // The client sends within 10 ms what it has; it can't be asked whether it has more.
  Delivery settle() override {
    std::uint64_t before = 0;
    do {
      before = received_bytes.load();
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
    } while (received_bytes.load() != before);
    return {recorded.load(), kUnknown, before};  // it does not tell what it lost
  }

 private:
  int fd_ = -1;
  std::thread profiler_;
};

}  // namespace

std::unique_ptr<Peer> make_peer() {
  return std::make_unique<Tracy>();
}

}  // namespace nanospan::bench::peers

#include "slow_link.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <thread>
#include <utility>

#include "announce.h"
#include "causes.h"

namespace demo {
namespace {

constexpr std::uint64_t kConnectionsBetween = 25, kFirstAt = 12;
constexpr int kBacklog = 64;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

class Socket {
 public:
  explicit Socket(int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) : fd_(fd) {
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

bool connect_to(const Socket& socket, int port) {
  const sockaddr_in address = loopback(port);
  return connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

// False: one side has closed, or is gone.
bool pass_on(int from, int to) {
  std::array<char, 16'384> bytes;
  const ssize_t got = recv(from, bytes.data(), bytes.size(), 0);
  for (ssize_t sent = 0; sent < got;) {
    const ssize_t now = send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), 0);
    if (now <= 0) return false;
    sent += now;
  }
  return got > 0;
}

// Injected by --cause network. In real life a packet is lost, and TCP sends it again when its timer
// runs out, after 200 ms at least on Linux: nobody's code takes longer, and a mean over all packets
// hardly moves. Here the first bytes of each direction come that much later.
void serve_connection(Socket client, int port, bool is_lossy) {
  const Socket server;
  if (!connect_to(server, port)) return;
  std::array<pollfd, 2> ends = {{{client.fd(), POLLIN, 0}, {server.fd(), POLLIN, 0}}};
  std::array<bool, 2> is_late = {is_lossy, is_lossy};
  while (poll(ends.data(), ends.size(), -1) > 0) {
    for (std::size_t from = 0; from < ends.size(); ++from) {
      if (ends[from].revents == 0) continue;
      if (std::exchange(is_late[from], false)) std::this_thread::sleep_for(kTail / 2);
      if (!pass_on(ends[from].fd, ends[1 - from].fd)) return;
    }
  }
}

int listen_on_any_port(const Socket& listener) {
  sockaddr_in address = loopback(0);
  socklen_t bytes = sizeof(address);
  auto* const untyped = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener.fd(), untyped, bytes) != 0 || listen(listener.fd(), kBacklog) != 0 ||
      getsockname(listener.fd(), untyped, &bytes) != 0)
    throw std::runtime_error("No port of the loopback interface can be listened on.");
  return ntohs(address.sin_port);
}

}  // namespace

void run_slow_link(const Ports& ports, const std::string& service) {
  const auto behind = ports.find(service);
  if (!behind) throw std::runtime_error("There is no " + service + " that a link could lead to.");
  const Socket listener;
  const int port = listen_on_any_port(listener);
  ports.publish(service, port);
  announce("ready/link-to-" + service + " " + std::to_string(port));
  for (std::uint64_t number = 0;; ++number) {
    const int accepted = accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted < 0) throw std::runtime_error("The link can't accept connections any more.");
    const bool is_lossy = number % kConnectionsBetween == kFirstAt;
    std::thread(serve_connection, Socket(accepted), *behind, is_lossy).detach();
  }
}

}  // namespace demo

#include "service/load/http_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <utility>

namespace nanospan::bench {

HttpAnswer::State HttpAnswer::take(std::string_view piece) {
  constexpr std::string_view kEnd = "\r\n\r\n", kLength = "\r\nContent-Length: ";
  text_.append(piece);
  if (head_bytes_ == 0) {
    const std::size_t end = text_.find(kEnd);
    if (end == std::string::npos) return State::kMore;
    const std::size_t length = text_.find(kLength);
    if (length > end) return State::kMalformed;
    std::size_t body_bytes = 0;
    const auto read =
        std::from_chars(text_.data() + length + kLength.size(), text_.data() + end, body_bytes);
    if (read.ec != std::errc{}) return State::kMalformed;
    head_bytes_ = end + kEnd.size();
    whole_bytes_ = head_bytes_ + body_bytes;
  }
  if (text_.size() > whole_bytes_) return State::kMalformed;
  return text_.size() == whole_bytes_ ? State::kWhole : State::kMore;
}

std::string_view HttpAnswer::body() const {
  return std::string_view(text_).substr(head_bytes_);
}

void HttpAnswer::clear() {
  text_.clear();
  head_bytes_ = whole_bytes_ = 0;
}

HttpConnection::HttpConnection(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const timeval patience{5, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) close();
}

HttpConnection::~HttpConnection() {
  close();
}

void HttpConnection::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void HttpConnection::send(std::string_view request) {
  answer_.clear();
  const ssize_t sent = ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(request.size())) close();  // a request fits any empty socket
}

bool HttpConnection::receive() {
  char bytes[16'384];
  const ssize_t got = recv(fd_, bytes, sizeof(bytes), 0);
  const auto state = got > 0 ? answer_.take({bytes, static_cast<std::size_t>(got)})
                             : HttpAnswer::State::kMalformed;
  const bool is_whole = state == HttpAnswer::State::kWhole;
  if (state == HttpAnswer::State::kMalformed || (is_whole && !answer_.is_ok())) close();
  return is_open() && is_whole;
}

std::string http_get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
}

}  // namespace nanospan::bench

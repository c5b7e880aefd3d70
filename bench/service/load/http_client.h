// What a load needs of HTTP/1.1: a kept connection, one request at a time, answers with a
// Content-Length.
//
// Threads: none. Errors: a connection that fails is closed, and says so by is_open().
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nanospan::bench {

// Puts an answer together from the pieces that a socket gives. The service is ours: an answer
// without a length, or with more bytes than it, is malformed.
class HttpAnswer {
 public:
  enum class State { kMore, kWhole, kMalformed };
  State take(std::string_view piece);
  [[nodiscard]] bool is_ok() const { return text_.starts_with("HTTP/1.1 200"); }
  [[nodiscard]] std::string_view body() const;
  void clear();

 private:
  std::string text_;
  std::size_t head_bytes_ = 0;  // 0: its end has not come
  std::size_t whole_bytes_ = 0;
};

class HttpConnection {
 public:
  // To 127.0.0.1.
  explicit HttpConnection(int port);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }
  void send(std::string_view request);
  // Waits for a piece of the answer. True: it is whole. One that is not 200 closes.
  bool receive();
  [[nodiscard]] const HttpAnswer& answer() const { return answer_; }

 private:
  void close();

  int fd_ = -1;
  HttpAnswer answer_;
};

[[nodiscard]] std::string http_get(std::string_view path);

}  // namespace nanospan::bench

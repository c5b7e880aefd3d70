// Calls: requests to the other services, each a client's span that carries the trace on.
//
// Threads: any; a thread keeps its connections.
#pragma once

#include <httplib.h>

#include <string>
#include <utility>

#include "ports.h"

namespace demo {

enum class Connection {
  kKept,  // one for all requests of this thread
  kOwn,   // one for this request
};

struct Endpoint {
  std::string service, path;
  Connection connection = Connection::kKept;
};

struct Answer {
  int status = 0;  // 0: there was none
  std::string body;
  [[nodiscard]] bool is_ok() const noexcept { return status >= 200 && status < 300; }
};

class Calls {
 public:
  explicit Calls(Ports ports) : ports_(std::move(ports)) {}

  Answer get(const Endpoint& to, const httplib::Params& params);
  // `resend_count`: how often it was sent before.
  Answer post(const Endpoint& to, const httplib::Params& params, int resend_count = 0);

 private:
  Ports ports_;
};

}  // namespace demo

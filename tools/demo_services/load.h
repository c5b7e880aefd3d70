// The load: clients that send requests to api-gateway, one after the other each, and count what
// they get. They record nothing.
#pragma once

#include <cstdint>

#include "ports.h"

namespace demo {

struct LoadOptions {
  std::uint64_t requests = 640;
  unsigned clients = 8;
  bool shows_progress = false;  // on standard error, a terminal
};

// Announces "load REQUESTS FAILED P50 P99 TRACE MAIL_TRACE": of GET /tasks in milliseconds, as the
// clients saw them, the trace of the request at the P99, and that of the mail in the middle which
// nobody answers. Throws std::runtime_error.
void run_load(const Ports& ports, const LoadOptions& options);

}  // namespace demo

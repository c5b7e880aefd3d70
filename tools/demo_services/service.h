// One service, as its process runs it: recorder, server, and the signals that end it.
//
// Threads: run_service() blocks its caller, which must be the process's only thread.
#pragma once

#include <string>

#include "causes.h"

namespace demo {

struct ServiceOptions {
  std::string name;
  Cause cause = Cause::kLock;
  std::string folder;  // for files; its spans go to the working directory
  std::string ports;
};

// Announces "ready NAME PID PORT"; after SIGTERM or SIGINT "stopped NAME PID DELIVERED LOST
// RECOVERED": its own spans, and those that it delivered of a dead predecessor. Throws
// std::runtime_error.
void run_service(const ServiceOptions& options);

}  // namespace demo

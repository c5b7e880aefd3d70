// LttngSession: a session daemon of our own and a tracing session in it, gone when this goes.
//
// Threads: one. Errors: start() says what is missing. Not promised: a second daemon of the same
// user; where one runs already, ours does not start.
#pragma once

#include <sys/types.h>

#include <string>

namespace nanospan::bench::peers {

class LttngSession {
 public:
  LttngSession() = default;
  LttngSession(const LttngSession&) = delete;
  LttngSession& operator=(const LttngSession&) = delete;
  ~LttngSession();

  // Overwrite mode, the channel's defaults; of our provider the events in `events`, by commas.
  // "": the session is active.
  [[nodiscard]] std::string start(const std::string& events);

 private:
  pid_t daemon_ = -1;
  std::string folder_;  // where a snapshot would go
};

}  // namespace nanospan::bench::peers

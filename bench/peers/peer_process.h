// PeerProcess: a peer's program from the runner's side: started, asked, ended; stopped by a signal
// while another one is measured, so that no other consumer wants the drain's core.
//
// Threads: one. Errors: problem() says why the peer was not run, from then on for good.
#pragma once

#include <sys/types.h>

#include <string>

#include "peers/measure.h"
#include "peers/peer.h"

namespace nanospan::bench::peers {

struct Answer {
  Chunk chunk;
  Delivery delivery;
  std::string problem;  // not empty: the rest is nothing
};

class PeerProcess {
 public:
  // Returns when the peer is ready to be asked. `program`: a path; `needs`: what was missing when
  // there is no such file. `name`: until the program says its own.
  PeerProcess(std::string name, const std::string& program, const std::string& needs);
  PeerProcess(PeerProcess&& other) noexcept;
  PeerProcess& operator=(PeerProcess&&) = delete;
  ~PeerProcess();

  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] const PeerFacts& facts() const { return facts_; }
  [[nodiscard]] bool has(const Request& request) const;
  [[nodiscard]] Answer ask(const Request& request);

 private:
  bool spawn(const std::string& program);
  void read_greeting();
  // False: it ended, or said nothing for long.
  bool read_line(std::string& line);
  void fail(std::string problem);
  // To it and whatever it has started.
  void signal_all(int signal) const;

  pid_t pid_ = -1;
  int socket_ = -1;
  std::string unread_, problem_;
  PeerFacts facts_;
  bool has_four_attributes_ = false, has_disabled_ = false;
};

}  // namespace nanospan::bench::peers

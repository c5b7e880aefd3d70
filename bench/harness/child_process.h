// A program that runs beside this one, with pipes to its input and from its output.
//
// Threads: one at a time. Errors: what could not be started has is_running() false and says
// nothing; who says nothing for ten seconds is not waited for longer.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace nanospan::bench {

class ChildProcess {
 public:
  // A command without a slash is looked for in PATH. Its threads may use `cpus` alone. It is killed
  // when this process dies.
  ChildProcess(const std::vector<std::string>& command, const std::vector<unsigned>& cpus);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() { finish(); }
  void interrupt() const { send(SIGINT); }
  void pause() const { send(SIGSTOP); }
  void resume() const { send(SIGCONT); }
  // Closes its input and waits for its end.
  void finish();

  [[nodiscard]] bool is_running() const { return pid_ > 0; }
  void write_line(std::string_view line) const;
  std::string read_line();  // without its end; "" when there are no more
  std::string read_all();

 private:
  void send(int signal) const;
  bool read_more();  // False: there is no more

  pid_t pid_ = -1;
  int input_ = -1, output_ = -1;
  std::string unread_;
};

// Whether PATH has it.
[[nodiscard]] bool has_program(const std::string& name);

}  // namespace nanospan::bench

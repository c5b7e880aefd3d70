// A program that runs beside this one, with pipes to its input and from its output.
//
// Threads: one at a time. Errors: what could not be started has is_running() false and says
// nothing.
#pragma once

#include <sys/types.h>

#include <string>
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
  void interrupt();  // SIGINT
  // Closes its input and waits for its end.
  void finish();

  [[nodiscard]] bool is_running() const { return pid_ > 0; }
  std::string read_line();  // without its end; "" when there are no more
  std::string read_all();

 private:
  pid_t pid_ = -1;
  int input_ = -1, output_ = -1;
};

// Whether PATH has it.
[[nodiscard]] bool has_program(const std::string& name);

}  // namespace nanospan::bench

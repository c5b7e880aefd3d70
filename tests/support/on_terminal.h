// A command whose standard output and error are a terminal of so many columns.
//
// Threads: none.
#pragma once

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace nanospan::test {

class OnTerminal {
 public:
  OnTerminal(const std::string& line, unsigned short columns) {
    winsize size{};
    size.ws_row = 24;
    size.ws_col = columns;
    pid_ = forkpty(&terminal_, nullptr, nullptr, &size);
    if (pid_ < 0) std::abort();
    if (pid_ != 0) return;
    setenv("TERM", "xterm", 1);
    execl("/bin/sh", "sh", "-c", line.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  ~OnTerminal() {
    if (pid_ > 0) (void)end(SIGKILL);
    close(terminal_);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;

  // What it writes next; "": it has ended.
  std::string next() {
    char piece[4096];
    const ssize_t bytes = ::read(terminal_, piece, sizeof(piece));
    return bytes <= 0 ? std::string() : std::string(piece, static_cast<std::size_t>(bytes));
  }
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  int end(int signal) {
    ::kill(pid_, signal);
    return wait();
  }

 private:
  int terminal_ = -1;
  pid_t pid_ = -1;
};

}  // namespace nanospan::test

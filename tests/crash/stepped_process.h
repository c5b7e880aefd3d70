// A program that is carried out one instruction at a time. Source: ptrace(2).
//
// It shares a processor with whoever steps it: they never run at once, and wake each other faster.
// Threads: all calls from the thread that made it. Errors: forbidden() where the kernel, or a
// container's rules, allow no ptrace.
#pragma once

#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace nanospan::test {

class SteppedProcess {
 public:
  // Runs it up to the first signal that it sends itself.
  explicit SteppedProcess(std::vector<std::string> arguments) {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    share_processor();
    pid_ = fork();
    if (pid_ == 0) {
      if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(kForbidden);
      execv(argv[0], argv.data());
      _exit(1);
    }
    wait();  // in front of the program's first instruction
    if (!is_stopped_) return;
    if (ptrace(PTRACE_SETOPTIONS, pid_, nullptr, PTRACE_O_EXITKILL) == 0) {
      run();
    } else {
      end();
      status_ = kForbidden << 8;
    }
  }
  ~SteppedProcess() {
    end();
    sched_setaffinity(0, sizeof(before_), &before_);
  }
  SteppedProcess(const SteppedProcess&) = delete;
  SteppedProcess& operator=(const SteppedProcess&) = delete;

  [[nodiscard]] bool forbidden() const {
    return !is_stopped_ && WIFEXITED(status_) && WEXITSTATUS(status_) == kForbidden;
  }
  [[nodiscard]] bool is_stopped() const { return is_stopped_; }
  // One instruction. False: the process has ended.
  bool step() { return go(PTRACE_SINGLESTEP); }
  // Up to the next signal that it sends itself, which it does not get.
  bool run() { return go(PTRACE_CONT); }
  void end() {
    if (!is_stopped_) return;
    kill(pid_, SIGKILL);
    wait();
  }

 private:
  static constexpr int kForbidden = 77;

  void share_processor() {
    sched_getaffinity(0, sizeof(before_), &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(sched_getcpu()), &one);
    sched_setaffinity(0, sizeof(one), &one);
  }
  bool go(enum __ptrace_request how) {
    if (ptrace(how, pid_, nullptr, nullptr) != 0) return false;
    wait();
    return is_stopped_;
  }
  void wait() { is_stopped_ = waitpid(pid_, &status_, 0) == pid_ && WIFSTOPPED(status_); }

  pid_t pid_ = -1;
  cpu_set_t before_{};
  int status_ = 0;
  bool is_stopped_ = false;
};

}  // namespace nanospan::test

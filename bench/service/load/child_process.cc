#include "service/load/child_process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <utility>

namespace nanospan::bench {
namespace {

[[noreturn]] void become(const std::vector<char*>& arguments, const cpu_set_t& cpus) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sched_setaffinity(0, sizeof(cpus), &cpus);
  execvp(arguments.front(), arguments.data());
  _exit(127);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command,
                           const std::vector<unsigned>& cpus) {
  std::vector<char*> arguments;  // all that the child needs is made before the fork
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const unsigned cpu : cpus) CPU_SET(cpu, &set);
  int down[2], up[2];
  if (pipe2(down, O_CLOEXEC) != 0) return;
  if (pipe2(up, O_CLOEXEC) != 0) {
    close(down[0]);
    close(down[1]);
    return;
  }
  pid_ = fork();
  if (pid_ == 0) {
    dup2(down[0], STDIN_FILENO);
    dup2(up[1], STDOUT_FILENO);
    become(arguments, set);
  }
  close(down[0]);
  close(up[1]);
  input_ = down[1];
  output_ = up[0];
}

void ChildProcess::interrupt() {
  if (is_running()) kill(pid_, SIGINT);
}

void ChildProcess::finish() {
  if (!is_running()) return;
  close(input_);
  close(output_);
  waitpid(std::exchange(pid_, -1), nullptr, 0);
}

std::string ChildProcess::read_line() {
  std::string line;
  for (char byte; read(output_, &byte, 1) == 1 && byte != '\n';) line += byte;
  return line;
}

std::string ChildProcess::read_all() {
  std::string all;
  char bytes[4096];
  for (ssize_t n; (n = read(output_, bytes, sizeof(bytes))) > 0;)
    all.append(bytes, static_cast<std::size_t>(n));
  return all;
}

bool has_program(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((folder + '/' + name).c_str(), X_OK) == 0) return true;
  return false;
}

}  // namespace nanospan::bench

#include "harness/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
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
  int down[2], up[2];  // down a socket: writing to who has ended must not end us
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, down) != 0) return;
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

void ChildProcess::send(int signal) const {
  if (is_running()) kill(pid_, signal);
}

void ChildProcess::finish() {
  if (!is_running()) return;
  resume();
  close(input_);
  close(output_);
  waitpid(std::exchange(pid_, -1), nullptr, 0);
}

void ChildProcess::write_line(std::string_view line) const {
  const std::string whole = std::string(line) + '\n';
  (void)::send(input_, whole.data(), whole.size(), MSG_NOSIGNAL);
}

bool ChildProcess::read_more() {
  constexpr int kPatienceMs = 10'000;
  char bytes[4096];
  pollfd ready{output_, POLLIN, 0};
  if (poll(&ready, 1, kPatienceMs) <= 0) return false;
  const ssize_t got = read(output_, bytes, sizeof(bytes));
  if (got > 0) unread_.append(bytes, static_cast<std::size_t>(got));
  return got > 0;
}

std::string ChildProcess::read_line() {
  std::size_t end = std::string::npos;
  while ((end = unread_.find('\n')) == std::string::npos)
    if (!read_more()) return "";
  std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  return line;
}

std::string ChildProcess::read_all() {
  while (read_more()) {
  }
  return std::exchange(unread_, {});
}

bool has_program(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((folder + '/' + name).c_str(), X_OK) == 0) return true;
  return false;
}

}  // namespace nanospan::bench

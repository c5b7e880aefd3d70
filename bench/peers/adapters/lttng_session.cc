#include "peers/adapters/lttng_session.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>
#include <vector>

namespace nanospan::bench::peers {
namespace {

using Words = std::vector<std::string>;

// -1: it can't be started.
pid_t spawn_quietly(Words words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, argv.front(), &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  return error == 0 ? pid : -1;
}

bool run_quietly(const Words& words) {
  const pid_t pid = spawn_quietly(words);
  int status = -1;
  return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

// Never starts a daemon of its own.
bool lttng(Words words) {
  words.insert(words.begin(), {"lttng", "--no-sessiond"});
  return run_quietly(words);
}

const std::string kSession = "nanospan_peer";

}  // namespace

std::string LttngSession::start(const std::string& events) {
  if (!run_quietly({"lttng", "--version"}) || !run_quietly({"lttng-sessiond", "--version"}))
    return "lttng and lttng-sessiond are not installed (Debian: lttng-tools)";
  if (lttng({"list"})) return "a session daemon of this user runs already; stop it first";
  std::string folder = "/tmp/nanospan_peer_XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return "no folder in /tmp can be made";
  folder_ = folder;
  // It ends when this process is killed, too.
  daemon_ = spawn_quietly({"setpriv", "--pdeathsig", "TERM", "lttng-sessiond", "--no-kernel"});
  if (daemon_ < 0) return "lttng-sessiond can't be started";
  constexpr unsigned kTries = 100;
  unsigned tried = 0;
  while (!lttng({"list"}) && ++tried < kTries)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  if (tried == kTries) return "lttng-sessiond did not answer within 10 s";
  const bool active =
      lttng({"create", kSession, "--snapshot", "--output=" + folder_}) &&
      lttng({"enable-channel", "--userspace", "--session=" + kSession, "--overwrite", "ring"}) &&
      lttng({"enable-event", "--userspace", "--session=" + kSession, "--channel=ring", events}) &&
      lttng({"start", kSession});
  return active ? "" : "the session could not be created and started";
}

LttngSession::~LttngSession() {
  if (daemon_ > 0) {
    (void)lttng({"destroy", "--no-wait", kSession});
    kill(daemon_, SIGTERM);
    waitpid(daemon_, nullptr, 0);
  }
  if (!folder_.empty()) rmdir(folder_.c_str());
}

}  // namespace nanospan::bench::peers

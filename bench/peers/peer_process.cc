#include "peers/peer_process.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

namespace nanospan::bench::peers {
namespace {

constexpr int kPatienceMs = 120'000;

std::uint64_t count_in(const nlohmann::json& answer, const char* name) {
  return answer.at(name).is_null() ? kUnknown : answer.at(name).get<std::uint64_t>();
}

Answer parsed(const std::string& line) {
  Answer out;
  const auto json = nlohmann::json::parse(line);
  if (json.contains("problem")) {
    out.problem = json.at("problem").get<std::string>();
    return out;
  }
  out.chunk.ns = json.at("ns").get<double>();
  for (const auto& pair : json.at("lengths"))
    out.chunk.lengths.push_back({pair.at(0).get<std::uint64_t>(), pair.at(1).get<std::uint64_t>()});
  out.delivery = {count_in(json, "exported"), count_in(json, "lost"), count_in(json, "bytes")};
  return out;
}

}  // namespace

PeerProcess::PeerProcess(std::string name, const std::string& program, const std::string& needs) {
  facts_.name = std::move(name);
  if (access(program.c_str(), X_OK) != 0) {
    problem_ = "it was not built; it needs " + needs;
  } else if (!spawn(program)) {
    problem_ = "it can't be started";
  } else {
    read_greeting();
    if (problem_.empty()) signal_all(SIGSTOP);
  }
}

PeerProcess::PeerProcess(PeerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      socket_(std::exchange(other.socket_, -1)),
      unread_(std::move(other.unread_)),
      problem_(std::move(other.problem_)),
      facts_(std::move(other.facts_)),
      has_four_attributes_(other.has_four_attributes_),
      has_disabled_(other.has_disabled_) {}

PeerProcess::~PeerProcess() {
  if (pid_ < 0) return;
  signal_all(SIGCONT);
  shutdown(socket_, SHUT_WR);  // the end of its input: it cleans up and ends
  for (unsigned tried = 0; tried < 100 && waitpid(pid_, nullptr, WNOHANG) == 0; ++tried)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  signal_all(SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(socket_);
}

bool PeerProcess::spawn(const std::string& program) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::string path = program;
  char* argv[] = {path.data(), nullptr};
  const int error = posix_spawn(&pid_, path.c_str(), &files, &attributes, argv, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  close(ends[1]);
  socket_ = ends[0];
  if (error != 0) pid_ = -1;
  return error == 0;
}

void PeerProcess::read_greeting() {
  std::string line;
  if (!read_line(line)) return fail("it did not start");
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return fail("it greets in no form that is known");
  facts_.name = json.value("name", facts_.name);
  if (json.contains("not_run")) return fail(json.value("not_run", ""));
  facts_.version = json.value("version", "");
  facts_.how = json.value("how", "");
  facts_.ids = json.value("ids", "");
  has_four_attributes_ = json.value("four_attributes", false);
  has_disabled_ = json.value("disabled", false);
}

bool PeerProcess::has(const Request& request) const {
  if (request.what == "disabled") return has_disabled_;
  return request.attributes == 0 || has_four_attributes_;
}

Answer PeerProcess::ask(const Request& request) {
  if (!problem_.empty()) return {{}, {}, problem_};
  const std::string line = request.what + ' ' + std::to_string(request.attributes) + ' ' +
                           std::to_string(request.period_ns) + ' ' + std::to_string(request.spans) +
                           ' ' + std::to_string(request.walked_bytes) + '\n';
  signal_all(SIGCONT);
  std::string answer;
  const bool answered = send(socket_, line.data(), line.size(), MSG_NOSIGNAL) > 0 &&
                        read_line(answer) && nlohmann::json::accept(answer);
  if (!answered) {
    fail("it ended, or did not answer in time, when asked for: " + line.substr(0, line.size() - 1));
    return {{}, {}, problem_};
  }
  signal_all(SIGSTOP);
  return parsed(answer);
}

bool PeerProcess::read_line(std::string& line) {
  std::size_t end = std::string::npos;
  while ((end = unread_.find('\n')) == std::string::npos) {
    pollfd ready{socket_, POLLIN, 0};
    char bytes[4096];
    if (poll(&ready, 1, kPatienceMs) <= 0) return false;
    const ssize_t got = read(socket_, bytes, sizeof(bytes));
    if (got <= 0) return false;
    unread_.append(bytes, static_cast<std::size_t>(got));
  }
  line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  return true;
}

void PeerProcess::fail(std::string problem) {
  problem_ = std::move(problem);
}

void PeerProcess::signal_all(int signal) const {
  kill(-pid_, signal);
}

}  // namespace nanospan::bench::peers

// A process that records for a test, and the command run beside it.
//
// Threads: the child is forked before the test's process has any of its own.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "nanospan/nanospan.h"
#include "support/recording.h"
#include "terminal/exit_code.h"

namespace nanospan::test {

// Records without a drain in a region of `directory`; its parent may tell it to go on, by bytes.
class LiveProcess {
 public:
  // The child's end.
  class Ready {
   public:
    Ready(int from_parent, int to_parent) : from_parent_(from_parent), to_parent_(to_parent) {}
    // Says that it has come so far; returns when the parent says go_on().
    void wait() const {
      char byte = '!';
      if (::write(to_parent_, &byte, 1) != 1 || ::read(from_parent_, &byte, 1) != 1) _exit(1);
    }
    [[noreturn]] void wait_for_ever() const {
      wait();
      for (;;) pause();
    }

   private:
    int from_parent_, to_parent_;
  };

  LiveProcess(const std::string& directory, const std::function<void(Ready)>& work,
              RecorderOptions options = {}) {
    int down[2], up[2];
    if (pipe(down) != 0 || pipe(up) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      close(down[1]);
      close(up[0]);
      options.region_directory = directory;
      if (options.service_name.empty()) options.service_name = "worker";
      options.drain.enabled = !options.exporters.empty();
      Recorder recorder = Recorder::start(std::move(options));
      if (!recorder) _exit(2);
      work(Ready(down[0], up[1]));
      (void)recorder.stop(std::chrono::seconds(5));
      _exit(0);
    }
    close(down[0]);
    close(up[1]);
    to_child_ = down[1];
    from_child_ = up[0];
    wait_until_ready();
  }
  ~LiveProcess() {
    if (pid_ > 0) kill();
    close(to_child_);
    close(from_child_);
  }
  LiveProcess(const LiveProcess&) = delete;
  LiveProcess& operator=(const LiveProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void wait_until_ready() {
    char byte = 0;
    EXPECT_EQ(::read(from_child_, &byte, 1), 1);
  }
  void go_on() { EXPECT_EQ(::write(to_child_, "!", 1), 1); }
  void kill() {
    ::kill(pid_, SIGKILL);
    wait_for_end();
  }
  void wait_for_end() {
    EXPECT_EQ(waitpid(pid_, nullptr, 0), pid_);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  int to_child_ = -1, from_child_ = -1;
};

// A command that runs on: its standard output line by line, signals, its end.
class Background {
 public:
  explicit Background(const std::string& line) {
    int out[2];
    if (pipe(out) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      dup2(out[1], STDOUT_FILENO);
      close(out[0]);
      close(out[1]);
      execl("/bin/sh", "sh", "-c", line.c_str(), static_cast<char*>(nullptr));
      _exit(127);
    }
    close(out[1]);
    out_ = fdopen(out[0], "r");
  }
  ~Background() {
    if (pid_ > 0) (void)end(SIGKILL);
    std::fclose(out_);
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // Waits for one; "" at the end.
  std::string next_line() {
    std::string text;
    for (int c = std::fgetc(out_); c != EOF && c != '\n'; c = std::fgetc(out_))
      text += static_cast<char>(c);
    return text;
  }
  [[nodiscard]] std::string rest() {
    std::string text;
    for (int c = std::fgetc(out_); c != EOF; c = std::fgetc(out_)) text += static_cast<char>(c);
    return text;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  void send(int signal) const { EXPECT_EQ(::kill(pid_, signal), 0); }
  // It is stopped when this returns.
  void stop() const {
    send(SIGSTOP);
    EXPECT_EQ(waitpid(pid_, nullptr, WUNTRACED), pid_);
  }
  // Its exit code; 128 and the signal that ended it.
  int wait() {
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    pid_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  int end(int signal) {
    send(signal);
    return wait();
  }

 private:
  pid_t pid_ = -1;
  std::FILE* out_ = nullptr;
};

struct Ran {
  int code = -1;
  std::string out;  // and standard error behind it, where the test asks for both
};

// The command, in a directory of its own that is also where regions are looked for.
class CommandTest : public ::testing::Test {
 protected:
  [[nodiscard]] const std::string& directory() const { return directory_.path(); }
  [[nodiscard]] std::string line(const std::string& arguments) const {
    return "cd " + directory() + " && NANOSPAN_DIR=" + directory() +
           " NO_COLOR=1 COLUMNS=80 exec " NANOSPAN_COMMAND " " + arguments;
  }
  [[nodiscard]] Ran run(const std::string& arguments) const {
    Ran ran;
    std::FILE* const pipe = popen(line(arguments).c_str(), "r");
    char piece[4096];
    while (const std::size_t bytes = std::fread(piece, 1, sizeof(piece), pipe))
      ran.out.append(piece, bytes);
    ran.code = WEXITSTATUS(pclose(pipe));
    return ran;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(directory_.file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(directory_.file(name), std::ios::binary) << content;
  }
  // Names of the spans in OTLP JSON Lines.
  [[nodiscard]] static std::multiset<std::string> names_in(const std::string& otlp_lines) {
    std::multiset<std::string> names;
    std::istringstream lines(otlp_lines);
    for (std::string text; std::getline(lines, text);) {
      const auto traces = nlohmann::json::parse(text);
      for (const auto& resource_spans : traces["resourceSpans"])
        for (const auto& scope_spans : resource_spans["scopeSpans"])
          for (const auto& span : scope_spans["spans"]) names.insert(span["name"]);
    }
    return names;
  }

 private:
  PrivateDirectory directory_;
};

}  // namespace nanospan::test

// The bytes of the region that a real process leaves which dies with spans in flight: a lane that
// wrapped, open and detached spans, attributes that went to pages of their own, an event.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "stress/numbered.h"
#include "support/log_lines.h"
#include "support/recording.h"

namespace nanospan::test {

[[noreturn]] inline void record_and_die(const std::string& directory) {
  RecorderOptions options;
  options.service_name = "dead";
  options.region_directory = directory;
  options.drain.enabled = false;
  options.ring_bytes_initial = 16u << 10;
  options.budget_bytes = 1u << 20;
  const auto recorder = Recorder::start(std::move(options));
  if (!recorder) _exit(1);
  std::thread([] {
    for (std::int64_t number = 0; number < 300; ++number) record_numbered(1, number);
  }).join();
  NANOSPAN_SCOPE(outer, "outer");
  outer.set_attribute("long", std::string(1500, 'x'));
  Span detached = NANOSPAN_SPAN("detached", {});
  detached.set_attribute("k", 1);
  for (std::int64_t number = 0; number < 30; ++number) record_numbered(0, number);
  NANOSPAN_SCOPE(inner, "inner");
  inner.add_event("event", {{"k", 1}});
  _exit(0);
}

// Empty: it could not be recorded.
[[nodiscard]] inline std::string dead_recording() {
  const PrivateDirectory directory;
  const pid_t child = fork();
  if (child == 0) record_and_die(directory.path());
  int status = 1;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return {};
  for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
    return file_text(entry.path());
  return {};
}

}  // namespace nanospan::test

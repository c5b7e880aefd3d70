#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "harness/child_process.h"
#include "harness/machine.h"
#include "service/load/load.h"

namespace nanospan::bench {
namespace {

// Lua. Durations in µs.
constexpr char kScript[] =
    "done = function(summary, latency, requests)\n"
    "  local e = summary.errors\n"
    "  io.write(string.format('figures %d %d %d %d %d %d\\n', summary.requests,\n"
    "    summary.duration, latency:percentile(50), latency:percentile(99),\n"
    "    latency:percentile(99.9), e.connect + e.read + e.write + e.status + e.timeout))\n"
    "end\n";

// "": it can't be written.
std::string write_script() {
  char path[] = "/tmp/nanospan-bench-wrk-XXXXXX";
  const int fd = mkstemp(path);
  if (fd < 0) return "";
  close(fd);
  std::ofstream(path) << kScript;
  return path;
}

}  // namespace

// It takes whole seconds only; interrupted it prints its figures too, at its next tenth of a
// second.
LoadResult run_wrk(int port, const std::string& path, const Window& window) {
  constexpr double kLeadInSeconds = 0.03;
  const std::string script = write_script();
  LoadResult result;
  std::thread([&] {
    pin_this_thread(drain_cpu());
    ChildProcess wrk({"wrk", "-t1", "-c" + std::to_string(kConnections), "-d60s", "-s", script,
                      "http://127.0.0.1:" + std::to_string(port) + path},
                     {drain_cpu()});
    const auto sleep = [](double seconds) {
      std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    };
    sleep(kLeadInSeconds);
    window.begins();
    sleep(window.seconds);
    window.ends();
    wrk.interrupt();
    result = read_wrk_output(wrk.read_all());
  }).join();
  unlink(script.c_str());
  return result;
}

}  // namespace nanospan::bench

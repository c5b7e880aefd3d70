#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "harness/machine.h"
#include "service/load/child_process.h"
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

// It takes whole seconds only, and prints its figures when it is interrupted too.
LoadResult run_wrk(int port, const std::string& path, double seconds) {
  const std::string script = write_script();
  const auto whole_seconds = static_cast<unsigned>(std::ceil(seconds)) + 1;
  ChildProcess wrk({"wrk", "-t1", "-c3", "-d" + std::to_string(whole_seconds) + "s", "-s", script,
                    "http://127.0.0.1:" + std::to_string(port) + path},
                   {drain_cpu()});
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  wrk.interrupt();
  LoadResult result = read_wrk_output(wrk.read_all());
  unlink(script.c_str());
  return result;
}

}  // namespace nanospan::bench

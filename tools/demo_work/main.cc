// nanospan_demo: threads that serve requests for a while, recorded.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "nanospan/nanospan.h"
#include "work.h"

namespace {

constexpr const char* kHelp =
    "Usage: nanospan_demo [--seconds N | --until-killed] [--data DIR]\n"
    "Serves requests on two threads (SQLite, files, compression) and records their spans.\n"
    "  --seconds N      for so long (default 3)\n"
    "  --until-killed   until the process dies; prints \"ready\" once spans have been delivered\n"
    "  --data DIR       where its database and files are (default ./demo-data)\n"
    "Spans go to <service.name>-<pid>.jsonl here. Exit codes: 0 done, 1 it could not run, 2 "
    "usage.\n";

struct Options {
  double seconds = 3;
  bool until_killed = false;
  std::string data = "demo-data";
};

[[noreturn]] void usage_error(const char* option) {
  std::fprintf(stderr, "nanospan_demo: '%s' is not understood; see --help.\n", option);
  std::exit(2);
}

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--help" || option == "-h") {
      std::fputs(kHelp, stdout);
      std::exit(0);
    } else if (option == "--until-killed") {
      options.until_killed = true;
    } else if (option == "--seconds" && i + 1 < argc) {
      options.seconds = std::atof(argv[++i]);
    } else if (option == "--data" && i + 1 < argc) {
      options.data = argv[++i];
    } else {
      usage_error(argv[i]);
    }
  }
  return options;
}

struct Served {
  std::atomic<std::uint64_t> requests{0};  // counted by every worker
  std::atomic<bool> stop{false};           // set by main
};

// One user in 64 does not exist: a trace with an error in it.
void serve(const std::string& data, unsigned seed, Served& served) {
  demo::TaskStore store(data);
  while (!served.stop.load(std::memory_order_relaxed)) {
    seed = seed * 1664525u + 1013904223u;
    const bool unknown = (seed >> 26) == 0;
    demo::serve_request(store, unknown ? -1 : static_cast<int>(seed >> 16) % 50);
    served.requests.fetch_add(1, std::memory_order_relaxed);
  }
}

int run(const Options& options) {
  // Unrecorded: filling it would be the slowest trace on some machines, and tell nobody anything.
  { demo::TaskStore make_it_once(options.data); }
  auto recorder = nanospan::Recorder::start(
      {.service_name = options.until_killed ? "demo-killed" : "demo-worker"});
  if (!recorder)
    std::fprintf(stderr, "nanospan_demo: runs untraced: %s\n", recorder.error().c_str());
  Served served;
  std::vector<std::thread> workers;
  for (unsigned seed = 1; seed <= 2; ++seed)
    workers.emplace_back([&, seed] { serve(options.data, seed, served); });
  if (options.until_killed) {
    recorder.flush();
    std::puts("ready");
    std::fflush(stdout);
  } else {
    std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds));
    served.stop = true;
  }
  for (std::thread& worker : workers) worker.join();
  recorder.flush();
  const nanospan::Accounting counts = recorder.accounting();
  const std::uint64_t lost = counts.lost() + counts.overwritten;
  std::printf("%llu requests, %llu spans recorded, %llu delivered, %llu lost\n",
              static_cast<unsigned long long>(served.requests.load()),
              static_cast<unsigned long long>(counts.committed),
              static_cast<unsigned long long>(counts.delivered),
              static_cast<unsigned long long>(lost));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nanospan_demo: %s\n", error.what());
    return 1;
  }
}

// Records some spans, has others open on two threads, and dies as it is told.
//
// Usage: death_program <directory> <how> [<members file of a control group that limits memory>]; it
// prints nothing. Spans: "finished" three times, with its number; open: request > step on the main
// thread, job detached, worker > waiting on another.
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "nanospan/nanospan.h"

namespace {

std::atomic<bool> is_worker_waiting{false}, is_all_open{false};

// Not a local: the compiler would see that it leads nowhere, and leave the store out.
volatile int* volatile nowhere = nullptr;
void dereference_null() {
  *nowhere = 1;
}

// Each call needs more of the stack, and its caller needs it back.
int overflow_stack(volatile int* depth) {
  volatile int frame[1024];
  frame[0] = *depth + 1;
  return frame[0] == 0 ? 0 : overflow_stack(frame) + frame[0];
}

void free_twice() {
  void* volatile memory = std::malloc(100);
  std::free(memory);
  std::free(memory);
}

// What malloc keeps behind its blocks is written over; it finds out when it looks there.
void break_heap() {
  static volatile std::size_t block_bytes = 60'000;  // not known to the compiler, who would warn
  const std::size_t bytes = block_bytes;
  constexpr std::size_t kBehind = 64;
  for (;;) {
    auto* const block = static_cast<volatile char*>(std::malloc(bytes));
    for (std::size_t at = bytes; at < bytes + kBehind; ++at) block[at] = '\x7f';
  }
}

void throw_on_thread() {
  std::thread([] { throw std::runtime_error("nobody catches it"); }).join();
}

void crash_on_two_threads() {
  pthread_barrier_t both;
  pthread_barrier_init(&both, nullptr, 2);
  std::thread other([&both] {
    pthread_barrier_wait(&both);
    dereference_null();
  });
  pthread_barrier_wait(&both);
  std::abort();
}

void become_another_program() {
  execl("/bin/true", "true", nullptr);
}

// Lives on where the kernel takes the limit but does not keep it.
void use_up_memory(const char* members_file) {
  std::ofstream(members_file) << getpid() << std::flush;
  constexpr std::size_t kPieceBytes = 1u << 20, kPiecesMax = 512;
  for (std::size_t i = 0; i < kPiecesMax; ++i) {
    void* volatile piece = std::malloc(kPieceBytes);
    std::memset(piece, 1, kPieceBytes);
  }
  _exit(4);
}

void die(const std::string& how, const char* members_file) {
  if (how == "abort") std::abort();
  if (how == "null") dereference_null();
  if (volatile int depth = 0; how == "stack") overflow_stack(&depth);
  if (how == "double free") free_twice();
  if (how == "malloc") break_heap();
  if (how == "exception") throw_on_thread();
  if (how == "two threads") crash_on_two_threads();
  if (how == "_exit") _exit(0);
  if (how == "exec") become_another_program();
  if (how == "kill") raise(SIGKILL);
  if (how == "out of memory") use_up_memory(members_file);
  for (;;) pause();  // another thread ends it
}

class Crashing final : public nanospan::Exporter {
 public:
  nanospan::ExportResult export_batch(const nanospan::SpanBatch&, nanospan::Deadline) override {
    while (!is_all_open.load()) std::this_thread::yield();
    dereference_null();
    return nanospan::ExportResult::kSuccess;
  }
  std::string describe() const override { return "an exporter that crashes"; }
};

void wait_in_worker() {
  NANOSPAN_SCOPE(worker, "worker");
  NANOSPAN_SCOPE(waiting, "waiting");
  is_worker_waiting.store(true);
  for (;;) pause();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string how = argv[2];
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  alarm(60);  // no test waits for one that does not die
  nanospan::set_log_handler([](nanospan::LogLevel, std::string_view) {});
  nanospan::RecorderOptions options;
  options.service_name = "death_program";
  options.region_directory = argv[1];
  options.drain.enabled = how == "exporter";
  options.exporters.push_back(std::make_shared<Crashing>());
  const auto recorder = nanospan::Recorder::start(std::move(options));
  if (!recorder) return 3;
  std::thread(wait_in_worker).detach();
  while (!is_worker_waiting.load()) std::this_thread::yield();
  NANOSPAN_SCOPE(request, "request");
  for (int number = 0; number < 3; ++number) {
    NANOSPAN_SCOPE(span, "finished");
    span.set_attribute("number", number);
  }
  nanospan::Span job = NANOSPAN_SPAN("job", {});
  NANOSPAN_SCOPE(step, "step");
  step.set_attribute("long", std::string(1000, 'x'));
  step.add_event("about to die", {{"how", how}});
  is_all_open.store(true);
  die(how, argv[3]);
}

// A program that dies in the way that its first argument names, within the span "work" of
// "request".
//
//   crasher <how> <region directory> [<directory for the copy>]
#include <fcntl.h>
#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

#include "nanospan/crash_handler.h"
#include "nanospan/nanospan.h"

namespace {

void say(const char* text) {
  (void)!write(STDOUT_FILENO, text, std::strlen(text));
}

// Known to no optimiser.
int* volatile nowhere = nullptr;
void (*volatile no_function)() = nullptr;
volatile int zero = 0;

__attribute__((noinline)) void dereference_null() {
  *nowhere = 1;
}

__attribute__((noinline)) int recurse(int depth) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  return zero == 0 ? recurse(depth + 1) + frame[0] : 0;
}

void on_thread(const std::function<void()>& body) {
  std::thread([&] {
    NANOSPAN_SCOPE(span, "on thread");
    body();
  }).join();
}

// A thread that has recorded before the handler is installed.
std::atomic<bool> early_has_recorded{false}, is_installed{false};
std::thread early;

void start_early() {
  early = std::thread([] {
    { NANOSPAN_SCOPE(span, "early"); }
    early_has_recorded.store(true);
    while (!is_installed.load()) std::this_thread::yield();
    (void)nanospan::prepare_thread();
    NANOSPAN_SCOPE(span, "on thread");
    (void)recurse(0);
  });
  while (!early_has_recorded.load()) std::this_thread::yield();
}

// Two threads at once, as close together as they come.
void crash_together() {
  std::atomic<int> ready{0};
  const auto body = [&] {
    NANOSPAN_SCOPE(span, "together");
    ready.fetch_add(1);
    while (ready.load() != 2) {
    }
    dereference_null();
  };
  std::thread one(body), other(body);
  one.join();
  other.join();
}

// The C library finds its heap's top overwritten and aborts with the arena's lock held.
// Nobody's memory but the heap's own: its end, behind the newest chunk.
void break_malloc() {
  for (int i = 0; i < 10; ++i) nowhere = static_cast<int*>(std::malloc(100'000));
  void* volatile chunk = std::malloc(100'000);
  volatile char* const bytes = static_cast<char*>(chunk);
  const std::size_t end = malloc_usable_size(chunk);
  for (std::size_t i = end; i < end + 16; ++i) bytes[i] = 'x';
  for (int i = 0; i < 1000; ++i) nowhere = static_cast<int*>(std::malloc(100'000));
}

void free_twice() {
  void* volatile chunk = std::malloc(3000);
  void* volatile wall = std::malloc(24);
  std::free(chunk);
  std::free(chunk);
  std::free(wall);
}

// The handler itself finds no region where it looks for one.
void take_region_away() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long first = 0, end = 0;
    if (line.find(".nspan") == std::string::npos) continue;
    if (std::sscanf(line.c_str(), "%lx-%lx", &first, &end) == 2)
      mprotect(reinterpret_cast<void*>(first), end - first, PROT_NONE);
  }
}

volatile char* volatile page_without_access = nullptr;
sigjmp_buf before_the_fault;

void handle_and_reset(int number, siginfo_t*, void*) {
  say("the handler before\n");
  ::signal(number, SIG_DFL);
}
void handle_by_making_good(int) {
  mprotect(const_cast<char*>(page_without_access), 4096, PROT_READ | PROT_WRITE);
}
void handle_by_jumping(int) {
  siglongjmp(before_the_fault, 1);
}
void handle_by_faulting(int) {
  say("the handler before\n");
  dereference_null();
}
void handle_and_return(int) {
  say("the handler before\n");
}

// What stands there before the crash handler is installed.
void install_first(const std::string& how) {
  struct sigaction action {};
  if (how == "previous") {
    action.sa_sigaction = handle_and_reset;
    action.sa_flags = SA_SIGINFO;
  }
  if (how == "previous-once") {
    action.sa_handler = handle_and_return;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
  }
  if (how == "made-good") action.sa_handler = handle_by_making_good;
  if (how == "jumped") action.sa_handler = handle_by_jumping;
  if (how == "previous-faults") action.sa_handler = handle_by_faulting;
  if (how == "previous-faults") action.sa_flags = SA_NODEFER;
  if (action.sa_handler != nullptr || action.sa_sigaction != nullptr)
    sigaction(SIGSEGV, &action, nullptr);
  if (how == "abort-handled") ::signal(SIGABRT, handle_and_return);
  if (how == "terminate-handled")
    std::set_terminate([] {
      say("the handler before\n");
      std::abort();
    });
}

void write_without_access() {
  page_without_access =
      static_cast<char*>(mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  page_without_access[0] = 1;
}

void fault_and_jump_back() {
  if (sigsetjmp(before_the_fault, 1) == 0) dereference_null();
  say("back\n");
  ::signal(SIGSEGV, SIG_DFL);
  std::abort();
}

void await(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  say(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? "child died\n" : "child lived\n");
}

void crash_in_child(bool borrows_memory) {
  const pid_t child = borrows_memory ? vfork() : fork();
  if (child == 0) {
    dereference_null();
    _exit(0);
  }
  await(child);
  _exit(0);
}

// The parent ends as it should, and takes its region away.
void crash_in_recording_child() {
  const pid_t child = fork();
  if (child == 0) {
    NANOSPAN_SCOPE(span, "of child");
    dereference_null();
  }
  await(child);
}

struct LiesInItsName : std::exception {
  const char* what() const noexcept override {
    dereference_null();
    return "";
  }
};

class CrashingExporter final : public nanospan::Exporter {
 public:
  nanospan::ExportResult export_batch(const nanospan::SpanBatch&, nanospan::Deadline) override {
    NANOSPAN_SCOPE(span, "export");
    dereference_null();
    return nanospan::ExportResult::kSuccess;
  }
  [[nodiscard]] std::string describe() const override { return "crashes"; }
};

void wait_for_ever() {
  for (;;) pause();
}

const std::map<std::string, std::function<void()>>& ways() {
  static const std::map<std::string, std::function<void()>> all{
      {"null", dereference_null},
      {"call-null", [] { no_function(); }},
      {"overflow", [] { (void)recurse(0); }},
      {"overflow-on-thread", [] { on_thread([] { (void)recurse(0); }); }},
      {"overflow-on-early-thread",
       [] {
         is_installed.store(true);
         early.join();
       }},
      {"divide", [] { zero = 42 / zero; }},
      {"trap", [] { __builtin_trap(); }},
      {"abort", [] { std::abort(); }},
      {"sent", [] { kill(getpid(), SIGSEGV); }},
      {"double-free", free_twice},
      {"throw-on-thread", [] { on_thread([] { throw std::runtime_error("the disk is gone"); }); }},
      {"throw-int", [] { on_thread([] { throw 42; }); }},
      {"what-faults", [] { on_thread([] { throw LiesInItsName(); }); }},
      {"terminate", [] { std::terminate(); }},
      {"terminate-handled", [] { std::terminate(); }},
      {"abort-handled", [] { std::abort(); }},
      {"two-threads", crash_together},
      {"in-malloc", break_malloc},
      {"in-exporter", wait_for_ever},
      {"second-fault",
       [] {
         take_region_away();
         dereference_null();
       }},
      {"previous", dereference_null},
      {"previous-once", dereference_null},
      {"previous-faults", dereference_null},
      {"made-good",
       [] {
         write_without_access();
         say("went on\n");
         _exit(0);
       }},
      {"jumped", fault_and_jump_back},
      {"in-fork", [] { crash_in_child(false); }},
      {"in-vfork", [] { crash_in_child(true); }},
      {"in-recording-child", crash_in_recording_child},
      {"no-span", [] { std::thread(dereference_null).join(); }},
  };
  return all;
}

// "As long as it takes" is one of the values that are given.
std::chrono::milliseconds copy_timeout_of(const std::string& how) {
  return how == "abort" ? std::chrono::milliseconds::max() : std::chrono::milliseconds(2000);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || !ways().contains(argv[1])) return 2;
  const std::string how = argv[1];
  nanospan::RecorderOptions options;
  options.service_name = "crasher";
  options.region_directory = argv[2];
  options.budget_bytes = 4u << 20;
  options.drain.enabled = how == "in-exporter" || how == "in-recording-child";
  if (how == "in-recording-child") options.on_fork = [](nanospan::RecorderOptions&) {};
  if (how == "in-exporter") options.exporters.push_back(std::make_shared<CrashingExporter>());
  auto recorder = nanospan::Recorder::start(std::move(options));
  if (!recorder) return 2;
  install_first(how);
  if (how == "overflow-on-early-thread") start_early();
  const auto installed = nanospan::install_crash_handler(
      {.copy_directory = argc > 3 ? argv[3] : "", .copy_timeout = copy_timeout_of(how)});
  if (!installed) {
    say((installed.error() + "\n").c_str());
    return 2;
  }
  { NANOSPAN_SCOPE(span, "before"); }
  NANOSPAN_SCOPE(request, "request");
  NANOSPAN_SCOPE(work, "work");
  work.set_attribute("attempt", 3);
  ways().at(how)();
  return 0;
}

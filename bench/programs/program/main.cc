// nanospan_bench_program: one row of SQLite or LevelDB in one process.
//
//   nanospan_bench_program ROW ROUNDS     a line each, as they come:
//     ours <ns> <ns>     CPU of an operation in a block of four turns: without a span, with one
//     same <ns> <ns>     the same without a span in any
//     delivery <exported> <lost>
//     problem <why>      in place of the last
//
// Why a program of its own: how the pages of a process fall decides what a span in it costs, by
// more than many turns resolve; so nanospan_bench asks many processes. Exit codes: 0 measured or
// not, as it says; 2 wrong arguments.
#include <cstdio>
#include <cstdlib>

#include "harness/machine.h"
#include "nanospan/log.h"
#include "programs/program/operations.h"

int main(int argc, char** argv) {
  using namespace nanospan::bench;
  const int rounds = argc == 3 ? std::atoi(argv[2]) : 0;
  if (rounds <= 0) {
    std::fprintf(stderr, "Usage: %s ROW ROUNDS\n", argv[0]);
    return 2;
  }
  (void)usable_cpus();
  park_second_thread();
  pin_this_thread(writer_cpu());
  nanospan::set_log_handler([](nanospan::LogLevel, std::string_view) {});  // counts say it
  const ProgramRow::Measure measure = ProgramRow::find(argv[1]);
  const std::string problem = measure == nullptr
                                  ? "not run: its package was not there to build with"
                                  : measure(static_cast<unsigned>(rounds));
  if (!problem.empty()) std::printf("problem %s\n", problem.c_str());
}

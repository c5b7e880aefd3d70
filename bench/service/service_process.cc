#include "service/service_process.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "harness/machine.h"
#include "harness/program_folder.h"

namespace nanospan::bench {
namespace {

std::string program_of(const std::string& variant) {
  return program_folder() + "nanospan_bench_service_" + variant;
}

std::string make_directory() {
  char path[] = "/dev/shm/nanospan-bench-service-XXXXXX";
  return mkdtemp(path) == nullptr ? "" : path;
}

}  // namespace

bool has_service(const std::string& variant) {
  return access(program_of(variant).c_str(), X_OK) == 0;
}

ServiceProcess::ServiceProcess(const std::string& variant)
    : directory_(make_directory()),
      process_({program_of(variant), directory_}, usable_cpus()),
      first_line_(process_.read_line()),
      port_(std::atoi(first_line_.c_str())) {}

ServiceProcess::~ServiceProcess() {
  process_.finish();
  unlink((directory_ + "/spans.jsonl").c_str());
  rmdir(directory_.c_str());
}

std::string ServiceProcess::problem() const {
  if (port_ > 0) return "";
  return first_line_.empty() ? "the service did not start" : first_line_;
}

std::optional<ServiceCounts> ServiceProcess::counts() {
  process_.write_line("counts");
  ServiceCounts counts;
  const int read = std::sscanf(process_.read_line().c_str(), "%lf %lf %lf", &counts.requests,
                               &counts.request_threads_ns, &counts.process_ns);
  return read == 3 ? std::optional(counts) : std::nullopt;
}

std::optional<ServiceDelivery> ServiceProcess::flush() {
  process_.write_line("flush");
  ServiceDelivery delivery;
  const int read =
      std::sscanf(process_.read_line().c_str(), "%lf %lf", &delivery.exported, &delivery.lost);
  return read == 2 ? std::optional(delivery) : std::nullopt;
}

}  // namespace nanospan::bench

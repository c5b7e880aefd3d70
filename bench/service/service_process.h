// ServiceProcess: one of the service's programs that runs, asked by lines what it used.
//
// Threads: one at a time. Errors: what did not start says why; one that does not answer gives no
// counts.
#pragma once

#include <optional>
#include <string>

#include "harness/child_process.h"
#include "service/delivery.h"

namespace nanospan::bench {

// All since its start, as the delivery is.
struct ServiceCounts {
  double requests = 0, request_threads_ns = 0, process_ns = 0;
};

// Whether nanospan_bench_service_<variant> was built.
[[nodiscard]] bool has_service(const std::string& variant);

class ServiceProcess {
 public:
  explicit ServiceProcess(const std::string& variant);
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;
  ~ServiceProcess();

  // "": it listens.
  [[nodiscard]] std::string problem() const;
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::optional<ServiceCounts> counts();
  [[nodiscard]] std::optional<ServiceDelivery> flush();
  // Paused it uses no CPU, whatever its recorder does when it is idle.
  void pause() const { process_.pause(); }
  void resume() const { process_.resume(); }

 private:
  std::string directory_;
  ChildProcess process_;
  std::string first_line_;
  int port_;
};

}  // namespace nanospan::bench

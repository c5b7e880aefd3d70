// Ports: where the services listen, a file each in one folder.
//
// So ports can be any that are free, a service that is started again may have another, and a link
// can take the place of the service that it leads to.
// Threads: any; a file changes at once. Errors: publish() throws std::runtime_error.
#pragma once

#include <optional>
#include <string>

namespace demo {

class Ports {
 public:
  explicit Ports(std::string folder) : folder_(std::move(folder)) {}

  void publish(const std::string& service, int port) const;
  // Nothing: it has not been published.
  [[nodiscard]] std::optional<int> find(const std::string& service) const;

 private:
  std::string folder_;
};

}  // namespace demo

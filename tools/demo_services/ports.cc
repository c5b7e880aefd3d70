#include "ports.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace demo {

void Ports::publish(const std::string& service, int port) const {
  const std::string path = folder_ + "/" + service;
  const std::string unfinished = path + "." + std::to_string(getpid());
  std::ofstream file(unfinished);
  file << port << '\n';
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(unfinished, path, error);
  if (!file || error) throw std::runtime_error("The port can't be written to " + path + ".");
}

std::optional<int> Ports::find(const std::string& service) const {
  std::ifstream file(folder_ + "/" + service);
  int port = 0;
  if (!(file >> port)) return std::nullopt;
  return port;
}

}  // namespace demo

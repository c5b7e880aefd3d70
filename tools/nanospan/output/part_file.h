// PartFile: the name that a file has until it is whole; whoever is interrupted leaves none behind.
//
// SIGINT, SIGTERM and SIGHUP remove it, then do what they would have done; where they were ignored
// they stay so. SIGKILL leaves it.
// Threads: one at a time, in main(). Limits: one in a process; names of PATH_MAX bytes.
#pragma once

#include <array>
#include <csignal>
#include <string>

namespace nanospan::tools {

class PartFile {
 public:
  // Of the file that will have the name `path`.
  explicit PartFile(const std::string& path);
  // Removes it, unless it has been given its name.
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // False: errno says why.
  [[nodiscard]] bool give_name(const std::string& name);

 private:
  static constexpr std::array<int, 3> kSignals{SIGINT, SIGTERM, SIGHUP};

  const std::string path_;
  bool is_there_ = true;
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace nanospan::tools

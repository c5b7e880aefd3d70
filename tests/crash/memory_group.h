// A control group whose processes may have so much memory and no more: the kernel kills the one
// that asks for it. Of either version of the interface; removed at the end.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <string>

namespace nanospan::test {

class MemoryGroup {
 public:
  explicit MemoryGroup(std::size_t bytes_max) {
    const std::string name = "/nanospan-test-" + std::to_string(getpid());
    const bool exists = make("/sys/fs/cgroup" + name, "/memory.max", bytes_max) ||
                        make("/sys/fs/cgroup/memory" + name, "/memory.limit_in_bytes", bytes_max);
    if (!exists) path_.clear();
  }
  ~MemoryGroup() {
    if (exists()) rmdir(path_.c_str());
  }
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;

  // It takes a right to make one.
  [[nodiscard]] bool exists() const { return !path_.empty(); }
  // A process that writes its number here is of the group.
  [[nodiscard]] std::string members_file() const { return path_ + "/cgroup.procs"; }

 private:
  bool make(const std::string& path, const char* limit, std::size_t bytes_max) {
    path_ = path;
    if (mkdir(path.c_str(), 0700) != 0) return false;
    struct stat is_there;
    if (stat((path + limit).c_str(), &is_there) == 0 && std::ofstream(path + limit)
                                                            << bytes_max << std::flush)
      return true;
    rmdir(path.c_str());
    return false;
  }

  std::string path_;
};

}  // namespace nanospan::test

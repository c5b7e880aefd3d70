// Memory that outlives the process that writes it: a file that both sides map.
//
// What a writer stores here is there whatever ends it, like its region, and apart from it.
// Threads: T is made of atomics. Errors: a test can't go on without it, so it ends.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace nanospan::test {

// All zeros when its file is made.
template <typename T>
class SharedPage {
 public:
  explicit SharedPage(const std::string& path) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(T)) != 0) std::abort();
    void* const mapped = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED) std::abort();
    shared_ = static_cast<T*>(mapped);
  }
  ~SharedPage() { munmap(shared_, sizeof(T)); }
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;

  T* operator->() const { return shared_; }
  T& operator*() const { return *shared_; }

 private:
  T* shared_ = nullptr;
};

}  // namespace nanospan::test

// While it lives no thread can be started in this process: none can have a stack of that size.
#pragma once

#include <pthread.h>

#include <cstddef>

namespace nanospan::test {

class WithoutThreads {
 public:
  WithoutThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t endless = before_;
    pthread_attr_setstacksize(&endless, std::size_t{1} << 47);
    pthread_setattr_default_np(&endless);
  }
  ~WithoutThreads() { pthread_setattr_default_np(&before_); }
  WithoutThreads(const WithoutThreads&) = delete;
  WithoutThreads& operator=(const WithoutThreads&) = delete;

 private:
  pthread_attr_t before_;
};

}  // namespace nanospan::test

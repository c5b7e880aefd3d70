// Threads that a test starts together and outlives.
#pragma once

#include <thread>
#include <vector>

namespace nanospan::test {

// body(0), body(1), … at once, each on a thread of its own; returns when all have.
template <typename F>
void run_threads(int count, const F& body) {
  std::vector<std::thread> threads;
  for (int index = 0; index < count; ++index) threads.emplace_back([&body, index] { body(index); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace nanospan::test

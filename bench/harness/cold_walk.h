// ColdWalk: memory that is walked between operations, as by a program that works on data of its
// own, so that the caches hold less of what the operations left there.
//
// One read a line, in order: the processor's prefetchers help as they help any such program.
// Threads: one. Memory: its own, ordinary pages, touched when it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nanospan::bench {

class ColdWalk {
 public:
  explicit ColdWalk(std::size_t bytes) : words_(bytes / sizeof(std::uint64_t), 1) {}

  void operator()() const {
    constexpr std::size_t kWordsOfLine = 64 / sizeof(std::uint64_t);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < words_.size(); i += kWordsOfLine) sum += words_[i];
    asm volatile("" ::"r"(sum));
  }

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace nanospan::bench

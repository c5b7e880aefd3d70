// Readers: so many threads that follow the rings of this process's region at once, each with a
// cursor of its own.
//
// The first gives lines back to the writer, as the drain does; the others leave them, as tools do.
// Threads: on the cores that are not the writer's, in turn. Memory: the region outlives them.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <thread>

namespace nanospan::bench {

struct ReaderSetting {
  unsigned readers = 0;
  std::uint64_t period_ns = 0;  // from one look to the next, or later if a look takes longer
};

struct ReaderCounts {
  std::uint64_t spans = 0, lost = 0, looks = 0;
};

class Readers {
 public:
  // Returns when each has read what the rings held.
  explicit Readers(const ReaderSetting& setting);
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;
  ~Readers() { (void)stop(); }

  // Each looks once more; what they read and lost in all since the constructor returned.
  ReaderCounts stop();

 private:
  struct Reader {
    ReaderCounts counts;  // the reader's until it was joined
    std::thread thread;
  };
  void run(Reader& reader, unsigned index);
  void wait_until(std::uint64_t due_ticks) const;

  const ReaderSetting setting_;
  std::atomic<bool> stopping_{false};    // the writer → the readers
  std::atomic<unsigned> at_the_end_{0};  // each reader → the writer
  std::list<Reader> readers_;
};

}  // namespace nanospan::bench

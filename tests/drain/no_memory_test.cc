// The drain when the process has no memory: spans are refused, nothing ends, it goes on.
#include <gtest/gtest.h>
#include <pthread.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

#include "drain_fixture.h"

namespace {

// What the drain's thread does not get: multiples of this many bytes; 0: it gets all.
std::atomic<std::size_t> starved_of{0};
constexpr std::size_t kEverything = 1, kSpans = sizeof(nanospan::SpanRecord);
std::atomic<int> refusals{0};

bool is_refused(std::size_t bytes) {
  const std::size_t starved = starved_of;
  if (starved == 0 || bytes % starved != 0) return false;
  char name[16] = {};
  pthread_getname_np(pthread_self(), name, sizeof(name));
  return std::strcmp(name, "nanospan-drain") == 0;
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t bytes) {
  if (is_refused(bytes)) {
    ++refusals;
    throw std::bad_alloc();
  }
  void* const memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  std::free(memory);
}

namespace nanospan::test {
namespace {

TEST_F(DrainTest, SpansItHasNoMemoryForAreRefusedAndItGoesOn) {
  auto exporter = std::make_shared<CollectingExporter>();
  drain::Drain drain;
  start(drain, {exporter});
  publish(1);
  ASSERT_TRUE(drain.flush(soon()));
  starved_of = kSpans;
  publish(10);
  while (value(region->header().refused) == 0) std::this_thread::yield();
  starved_of = 0;
  ASSERT_TRUE(drain.flush(soon()));
  publish(10);
  ASSERT_TRUE(drain.flush(soon()));
  EXPECT_EQ(accounted(), 21u);
  EXPECT_EQ(value(region->header().delivered), exporter->ids().size());
  EXPECT_GE(exporter->ids().size(), 11u);
  EXPECT_EQ(log.count_with("The drain is in trouble (std::bad_alloc)"), 1);
  EXPECT_EQ(checkpoint().position, 21u);
  EXPECT_TRUE(drain.shutdown(soon()));
}

TEST_F(DrainTest, AFlushThatStarvesIsAnsweredLater) {
  auto exporter = std::make_shared<CollectingExporter>();
  drain::Drain drain;
  start(drain, {exporter});
  ASSERT_TRUE(drain.flush(soon()));
  publish(10);
  starved_of = kEverything;
  const int before = refusals;
  std::jthread caller([&] { EXPECT_TRUE(drain.flush(soon())); });
  while (refusals < before + 3) std::this_thread::yield();
  starved_of = 0;
  caller.join();
  EXPECT_EQ(accounted(), 10u);
  EXPECT_TRUE(drain.shutdown(soon()));
  EXPECT_LE(log.count_with("The drain is in trouble"), 1);
}

}  // namespace
}  // namespace nanospan::test

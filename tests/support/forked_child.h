// A forked child of a test: what it expects, and how it ended.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

// In the child: ends it with the line of the first expectation that failed.
#define CHILD_EXPECT(CONDITION) \
  if (!(CONDITION)) _exit(__LINE__ % 200 + 1)

// For a test whose forked child allocates, as one that records does.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NANOSPAN_FORKS_WITHOUT_ALLOCATOR 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define NANOSPAN_FORKS_WITHOUT_ALLOCATOR 1
#endif
#endif
#ifdef NANOSPAN_FORKS_WITHOUT_ALLOCATOR
#define SKIP_IF_A_CHILD_MAY_NOT_ALLOCATE()                                                       \
  GTEST_SKIP() << "AddressSanitizer of g++ 12 and ThreadSanitizer of clang 14 fork without the " \
                  "locks of their allocators: where another thread holds one, a child that "     \
                  "allocates waits for ever."
#else
#define SKIP_IF_A_CHILD_MAY_NOT_ALLOCATE() static_cast<void>(0)
#endif

namespace nanospan::test {

inline int exit_status(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << (WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Forks, with `work` in the child, and _exit(0). One that hangs dies of SIGALRM.
inline pid_t forked(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child != 0) return child;
  alarm(60);
  work();
  _exit(0);
}
inline void expect_in_child(const std::function<void()>& work) {
  EXPECT_EQ(exit_status(forked(work)), 0) << "The line that failed in the child, of 200, and one.";
}

// Whether a descriptor of this process leads to a file below `directory`. Allocates nothing: in a
// child of several threads AddressSanitizer's allocator may be locked for ever.
inline bool has_open_file_in(const std::string& directory) {
  constexpr int kDescriptorsMax = 1024;
  for (int fd = 0; fd < kDescriptorsMax; ++fd) {
    char link[32], target[4096];
    std::snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    const ssize_t bytes = readlink(link, target, sizeof(target));
    if (bytes < 0) continue;
    const std::string_view path(target, static_cast<std::size_t>(bytes));
    if (path.size() > directory.size() && path[directory.size()] == '/' &&
        path.substr(0, directory.size()) == directory)
      return true;
  }
  return false;
}

inline std::size_t files_in(const std::string& directory) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    count += entry.path().extension() == ".nspan";
  return count;
}

}  // namespace nanospan::test

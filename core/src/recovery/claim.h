// Claim: the right to deliver a dead process's region, of one process at a time.
//
// Held as a lock on the file's first byte (liveness.h), by a page that is mapped from the file and
// never touched: a mapping is not lost to a loop that closes all descriptors, nor inherited by a
// child, and goes with the process. So a region whose claimer dies is free again.
// Threads: none.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "recovery/dead_file.h"

namespace nanospan::recovery {

// Words to be stored in the file, of one page: a process that is killed leaves all or none.
struct Patch {
  static constexpr std::size_t kWordsMax = 7;
  std::uint64_t offset = 0;
  std::size_t words = 0;
  std::array<std::uint64_t, kWordsMax> values{};
};

class Claim {
 public:
  // nullopt: it is gone, or another process has it.
  static std::optional<Claim> take(const DeadFile& file);
  Claim(Claim&& other) noexcept;
  Claim& operator=(Claim&&) = delete;
  ~Claim();  // frees the region

  [[nodiscard]] const DeadFile& file() const noexcept { return file_; }
  // In their order. False: not those from one of them on; then who comes after delivers again what
  // these would have told it.
  bool write(std::span<const Patch> patches) noexcept;
  // Removes the file. False: it is still there.
  [[nodiscard]] bool remove() noexcept;

 private:
  Claim(const DeadFile& file, void* page) : file_(file), page_(page) {}
  DeadFile file_;
  void* page_ = nullptr;
};

}  // namespace nanospan::recovery

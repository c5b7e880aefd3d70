// PrivateCopy: a dead region's bytes in memory of our own.
//
// Why not a mapping: a file that is cut while it is mapped, or a disk that fails, is a SIGBUS in
// whoever reads it, and an application must not die of what another one left behind. And what was
// copied does not change any more under the checks.
// Memory: what the file has allocated, in address space of its length, given back with the object;
// holes are not copied. In steps of kStepBytes, because who copies has rings to read.
// Threads: none. Errors: a sentence that does not name the file.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nanospan/status.h"
#include "recovery/dead_file.h"

namespace nanospan::recovery {

class PrivateCopy {
 public:
  static constexpr std::uint64_t kStepBytes = 256u << 10;
  static constexpr std::uint64_t kAddressBytesMax = std::uint64_t{64} << 30;

  PrivateCopy() noexcept = default;
  PrivateCopy(PrivateCopy&& other) noexcept;
  PrivateCopy& operator=(PrivateCopy&& other) noexcept;
  ~PrivateCopy();

  // Errors: larger than `bytes_max`; no memory.
  static Result<PrivateCopy> begin(const DeadFile& file, std::uint64_t bytes_max);
  // True: all is there.
  Result<bool> step(const DeadFile& file);

  [[nodiscard]] const std::byte* data() const noexcept { return base_; }
  [[nodiscard]] std::byte* data() noexcept { return base_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t copied_bytes() const noexcept { return copied_bytes_; }

 private:
  std::byte* base_ = nullptr;
  std::size_t bytes_ = 0;
  std::uint64_t bytes_max_ = 0;
  std::uint64_t next_ = 0;      // where the next step begins
  std::uint64_t data_end_ = 0;  // of the piece of data that `next_` is in
  std::uint64_t copied_bytes_ = 0;
};

}  // namespace nanospan::recovery

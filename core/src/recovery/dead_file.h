// DeadFile: which file a dead process's region is, and who has the right to touch it.
//
// It is opened anew for every access and held against device and inode: a descriptor that is kept
// may be closed by the application (daemons close all they find), and its number given to another
// file. Threads: any. Errors: -1; nothing is said.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "nanospan/status.h"

namespace nanospan::recovery {

struct DeadFile {
  std::string path;
  dev_t device = 0;
  ino_t inode = 0;
  std::uint64_t bytes = 0;            // its length
  std::uint64_t allocated_bytes = 0;  // of these: in memory or on disk
  std::int64_t created_unix_ns = 0;   // says its header

  // Errors: it is not a regular file of this user, or gone; the sentence does not name it.
  static Result<DeadFile> find(const std::string& path);
  // The same file, opened with `flags`; the caller closes it. -1: it is another by now, or gone.
  [[nodiscard]] int open(int flags) const noexcept;
};

// All of [bytes, bytes + count), or false.
[[nodiscard]] bool read_at(int fd, void* bytes, std::size_t count, std::uint64_t offset) noexcept;
[[nodiscard]] bool write_at(int fd, const void* bytes, std::size_t count,
                            std::uint64_t offset) noexcept;

}  // namespace nanospan::recovery

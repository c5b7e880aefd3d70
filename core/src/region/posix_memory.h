// The kernel calls of the region, each with its fallback.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nanospan::region {

// An exclusive open-file-description lock on the whole file. It lives as long as `fd`'s
// description: past close(fd) while a mapping made from it stands, and no other open or close of
// the file in this process drops it. False: another owner has it.
[[nodiscard]] bool lock_description(int fd) noexcept;
// For pthread_atfork: while they are held no file of a region is open, so no child inherits one.
void hold_descriptors() noexcept;
void release_descriptors() noexcept;
// Backs [address, address + bytes) with real pages, or says false; never a SIGBUS. `path` is opened
// again for file systems that reserve by fallocate alone.
[[nodiscard]] bool populate_pages(std::byte* address, std::size_t bytes, const char* path,
                                  std::uint64_t file_offset) noexcept;
// Private pages that a forked child finds zeroed. nullptr: no memory.
[[nodiscard]] void* map_wiped_on_fork(std::size_t bytes) noexcept;

}  // namespace nanospan::region

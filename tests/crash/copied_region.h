// A private copy of a region's file, brought up to date page by page.
//
// Threads: none. Invariants: the file is not written while take() runs (its writer stands still).
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "format/region_layout.h"
#include "format/region_view.h"

namespace nanospan::test {

class RegionCopy {
 public:
  explicit RegionCopy(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (fd < 0 || fstat(fd, &info) != 0) std::abort();
    bytes_ = static_cast<std::size_t>(info.st_size);
    source_ = map(PROT_READ, MAP_SHARED, fd);
    copy_ = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    close(fd);
  }
  ~RegionCopy() {
    munmap(source_, bytes_);
    munmap(copy_, bytes_);
  }
  RegionCopy(const RegionCopy&) = delete;
  RegionCopy& operator=(const RegionCopy&) = delete;

  // Copies what has changed since; false: nothing has.
  bool take() {
    const auto& head = *reinterpret_cast<const format::RegionHeader*>(source_);
    bool changed = take_pages(0, sizeof(head));
    changed |= take_pages(head.anchors_offset, format::kPage);
    changed |= take_pages(head.lane_table_offset, format::kPage);
    changed |= take_pages(head.detached_table_offset, format::kPage);
    changed |= take_pages(head.definitions_offset, head.definitions_bytes);
    changed |= take_pages(head.tracestates_offset, format::kPage);
    return take_pages(head.extents_offset, head.extents_used) || changed;
  }
  [[nodiscard]] Result<format::RegionView> view() const {
    return format::RegionView::check(copy_, bytes_);
  }

 private:
  std::byte* map(int protection, int flags, int fd) const {
    void* const mapped = mmap(nullptr, bytes_, protection, flags, fd, 0);
    if (mapped == MAP_FAILED) std::abort();
    return static_cast<std::byte*>(mapped);
  }
  bool take_pages(std::uint64_t first, std::uint64_t bytes) {
    bool changed = false;
    const std::uint64_t end = std::min<std::uint64_t>(first + bytes, bytes_);
    for (std::uint64_t at = first; at < end; at += format::kPage) {
      const std::size_t size = std::min<std::uint64_t>(format::kPage, bytes_ - at);
      if (std::memcmp(source_ + at, copy_ + at, size) == 0) continue;
      std::memcpy(copy_ + at, source_ + at, size);
      changed = true;
    }
    return changed;
  }

  std::size_t bytes_ = 0;
  std::byte* source_ = nullptr;
  std::byte* copy_ = nullptr;
};

}  // namespace nanospan::test

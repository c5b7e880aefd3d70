#include "crash/region_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>

#include "crash/posix_registers.h"
#include "nanospan/detail/publish.h"

namespace nanospan::crash {
namespace {

constexpr std::uint64_t kPieceBytes = 1u << 20;

std::int64_t monotonic_ms() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

struct Copy {
  int fd;
  std::byte* base;
  std::int64_t deadline_ms;
};

bool copy_range(const Copy& copy, std::uint64_t from, std::uint64_t bytes) noexcept {
  for (const std::uint64_t end = from + bytes; from < end;) {
    if (monotonic_ms() > copy.deadline_ms) return false;
    if (lseek(copy.fd, static_cast<off_t>(from), SEEK_SET) < 0) return false;
    const std::size_t piece = std::min(end - from, kPieceBytes);
    const ssize_t written = write(copy.fd, copy.base + from, piece);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    from += static_cast<std::uint64_t>(written);
  }
  return true;
}

// What was never used is not touched: on a full tmpfs a look at it would be a SIGBUS.
bool copy_all(const Copy& copy, const Target& target) noexcept {
  const format::RegionHeader& header = target.region->header();
  const std::uint64_t definitions_end =
      header.definitions_offset +
      std::min<std::uint64_t>(detail::load(header.definitions_bytes), format::kDefinitionsBytes);
  const std::uint32_t modules = target.modules_backed.load(std::memory_order_acquire);
  std::uint64_t first_reference = 0;
  (void)read_words(reinterpret_cast<std::uint64_t>(copy.base) + header.tracestates_offset,
                   &first_reference, 1);
  return copy_range(copy, 0, definitions_end) &&
         (first_reference == 0 || copy_range(copy, header.tracestates_offset,
                                             sizeof(format::Tracestate) * format::kTracestates)) &&
         copy_range(copy, header.crash_offset, format::kPage + sizeof(format::Module) * modules) &&
         copy_range(copy, header.extents_offset, detail::load(header.extents_used)) &&
         ftruncate(copy.fd, static_cast<off_t>(header.region_bytes)) == 0;
}

}  // namespace

void copy_region(const Target& target, long timeout_ms) noexcept {
  if (target.copy_path[0] == '\0') return;
  const int fd =
      open(target.part_path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return;
  const bool is_whole = copy_all({fd, target.region->base(), monotonic_ms() + timeout_ms}, target);
  close(fd);
  if (is_whole) (void)rename(target.part_path, target.copy_path);
}

void remove_copy(const Target& target) noexcept {
  if (target.copy_path[0] == '\0') return;
  (void)unlink(target.copy_path);
  (void)unlink(target.part_path);  // where it was given up
}

}  // namespace nanospan::crash

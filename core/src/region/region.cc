#include "region/region.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <string_view>

#include "base/parse.h"
#include "base/read_file.h"
#include "base/sentence.h"
#include "nanospan/detail/publish.h"
#include "nanospan/detail/tick_source.h"
#include "region/boot_id.h"
#include "region/directory.h"
#include "region/posix_memory.h"

namespace nanospan::region {
namespace {

constexpr std::uint32_t kTracestateReferences = (1u << 24) - 1;

constexpr std::uint64_t round_to_page(std::uint64_t bytes) noexcept {
  return (bytes + format::kPage - 1) / format::kPage * format::kPage;
}

// The fixed rooms of a region, in the order in which they stand.
struct Plan {
  std::uint64_t anchors, lane_table, detached_table, definitions, tracestates, crash, extents, end;
  explicit Plan(std::uint64_t budget_bytes) noexcept {
    anchors = format::kPage;
    lane_table = anchors + round_to_page(sizeof(format::Anchor) * format::kAnchors);
    detached_table = lane_table + round_to_page(sizeof(std::uint64_t) * format::kLanesMax);
    definitions =
        detached_table + round_to_page(sizeof(std::uint64_t) * format::kDetachedChunksMax);
    tracestates = definitions + format::kDefinitionsBytes;
    crash = tracestates + round_to_page(sizeof(format::Tracestate) * format::kTracestates);
    extents = crash + format::kCrashBytes;
    end = extents + round_to_page(budget_bytes);
  }
};

std::uint64_t read_process_start() noexcept {
  char buffer[1024];
  std::string_view rest = base::read_beginning("/proc/self/stat", buffer);
  rest = rest.substr(rest.rfind(')') + 1);  // the command's name may hold anything
  for (int field = 2; field < 22; ++field) rest = rest.substr(rest.find(' ') + 1);
  return base::parse_unsigned(rest.substr(0, rest.find(' '))).value_or(0);
}

void fill_header(format::RegionHeader& header, const Plan& plan) noexcept {
  header.magic = format::kMagic;
  header.version_major = format::kVersionMajor;
  header.version_minor = format::kVersionMinor;
  header.header_bytes = format::kPage;
  header.tick_source = static_cast<std::uint32_t>(detail::kCompiledTickSource);
  header.region_bytes = plan.end;
  header.pid = static_cast<std::uint64_t>(getpid());
  header.process_start_ticks = read_process_start();
  const auto boot_id = read_boot_id();
  std::copy(boot_id.begin(), boot_id.end(), header.boot_id);
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  header.created_unix_ns = now.tv_sec * 1'000'000'000 + now.tv_nsec;
  header.anchors_offset = plan.anchors;
  header.lane_table_offset = plan.lane_table;
  header.detached_table_offset = plan.detached_table;
  header.definitions_offset = plan.definitions;
  header.tracestates_offset = plan.tracestates;
  header.extents_offset = plan.extents;
  header.crash_offset = plan.crash;
}

Status make_failure(const std::string& path, const char* what, int error) {
  return base::failure(
      "The region %s can't be made: %s says %s; free memory there, lower the budget, "
      "or set NANOSPAN_DIR.",
      path.c_str(), what, std::strerror(error));
}

}  // namespace

Result<Region*> Region::create(const RegionOptions& options) {
  const std::string directory = directory_of(options.directory);
  if (Status ready = prepare_directory(directory); !ready) return ready;
  auto* const region = new Region();
  region->options_ = options;
  region->path_ = new_file_path(directory);
  const char* const path = region->path_.c_str();
  const Plan plan(options.budget_bytes);
  region->bytes_ = plan.end;

  const auto fail = [&](const char* what, int fd) {
    Status failure = make_failure(region->path_, what, errno);
    if (fd >= 0) {
      unlink(path);
      ::close(fd);
    }
    if (region->base_ != nullptr) munmap(region->base_, region->bytes_);
    delete region;
    return failure;
  };
  const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return fail("open", -1);
  if (!lock_description(fd)) return fail("the file lock", fd);
  if (ftruncate(fd, static_cast<off_t>(plan.end)) != 0) return fail("ftruncate", fd);
  void* const mapped =
      mmap(nullptr, plan.end, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (mapped == MAP_FAILED) return fail("mmap", fd);
  region->base_ = static_cast<std::byte*>(mapped);
  if (madvise(mapped, plan.end, MADV_DONTFORK) != 0) return fail("madvise", fd);
  if (!region->populate(0, plan.definitions)) {
    errno = ENOSPC;
    return fail("reserving memory", fd);
  }
  // The mapping keeps the description, and with it the lock; no descriptor is left to be closed by
  // a close-all loop or inherited by exec.
  ::close(fd);
  fill_header(region->header(), plan);
  region->owner_ = region->header().pid;
  detail::publish(region->header().state, std::uint64_t(format::RegionState::kLive));
  return region;
}

format::RegionView Region::view() const {
  return *format::RegionView::check(base_, bytes_);
}

bool Region::populate(std::uint64_t offset, std::uint64_t bytes) {
  return populate_pages(base_ + offset, bytes, path_.c_str(), offset);
}

format::CrashPage* Region::prepare_crash_page(std::uint32_t modules) {
  const std::uint64_t at = header().crash_offset;
  const std::uint64_t bytes = round_to_page(format::kPage + sizeof(format::Module) * modules);
  return populate(at, bytes) ? reinterpret_cast<format::CrashPage*>(base_ + at) : nullptr;
}

bool Region::append_definitions(const std::uint64_t* words, std::size_t count,
                                std::uint64_t entries) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t used = detail::load(header().definitions_bytes);
  const std::uint64_t end = used + count * 8;
  if (end > format::kDefinitionsBytes) return false;
  if (end > definitions_populated_) {
    constexpr std::uint64_t kStep = 64u << 10;
    const std::uint64_t until =
        std::min((end + kStep - 1) / kStep * kStep, format::kDefinitionsBytes);
    if (!populate(header().definitions_offset + definitions_populated_,
                  until - definitions_populated_))
      return false;
    definitions_populated_ = until;
  }
  auto* const out = reinterpret_cast<detail::Word*>(base_ + header().definitions_offset + used);
  for (std::size_t i = 0; i < count; ++i) detail::store(out[i], words[i]);
  detail::store(header().definitions_count, detail::load(header().definitions_count) + entries);
  // Pairs with a reader's acquire load of the byte count: whole entries stand before it.
  detail::publish(header().definitions_bytes, end);
  return true;
}

std::uint32_t Region::store_tracestate(std::string_view text) {
  if (text.empty() || text.size() > format::kTracestateBytes) return 0;
  const std::lock_guard lock(mutex_);
  if (!tracestates_ready_) {
    tracestates_ready_ =
        populate(header().tracestates_offset, sizeof(format::Tracestate) * format::kTracestates);
    if (!tracestates_ready_) return 0;
  }
  const std::uint32_t reference = tracestate_count_++ % kTracestateReferences + 1;
  auto* const all = reinterpret_cast<format::Tracestate*>(base_ + header().tracestates_offset);
  format::Tracestate& entry = all[(reference - 1) % format::kTracestates];
  detail::invalidate(entry.reference);
  detail::begin_bodies();
  detail::store(entry.bytes, text.size());
  for (std::size_t at = 0; at < text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, std::min<std::size_t>(8, text.size() - at));
    detail::store(entry.text[at / 8], word);
  }
  detail::publish(entry.reference, reference);
  return reference;
}

std::string Region::load_tracestate(std::uint32_t reference) const {
  if (reference == 0 || !tracestates_ready_) return {};
  const auto& header = *reinterpret_cast<const format::RegionHeader*>(base_);
  const auto* const all =
      reinterpret_cast<const format::Tracestate*>(base_ + header.tracestates_offset);
  const format::Tracestate& entry = all[(reference - 1) % format::kTracestates];
  if (entry.reference.load(std::memory_order_acquire) != reference) return {};
  const std::size_t bytes =
      std::min<std::size_t>(detail::load(entry.bytes), format::kTracestateBytes);
  std::string text((bytes + 7) / 8 * 8, '\0');
  for (std::size_t at = 0; at < bytes; at += 8) {
    const std::uint64_t word = detail::load(entry.text[at / 8]);
    std::memcpy(text.data() + at, &word, 8);
  }
  std::atomic_thread_fence(std::memory_order_acquire);
  if (detail::load(entry.reference) != reference) return {};
  text.resize(bytes);
  return text;
}

void Region::keep_addresses_in_child() noexcept {
  if (owner_ == static_cast<std::uint64_t>(getpid())) return;
  (void)mmap(base_, bytes_, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
}

void Region::close(bool keep_file) noexcept {
  const std::lock_guard lock(mutex_);
  detail::publish(header().state, std::uint64_t(format::RegionState::kClosed));
  if (!keep_file) unlink(path_.c_str());
  // One step for the kernel: no instant at which a late span finds no memory here. The file's lock
  // goes with the old mapping; should it fail, that one stays. By the system call's own name, since
  // ThreadSanitizer takes mmap() for a write to every word, which no late span is ordered with; no
  // word is written, other pages stand behind the addresses.
  (void)syscall(SYS_mmap, base_, bytes_, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

}  // namespace nanospan::region

#include "format/region_view.h"

#include <algorithm>
#include <bit>
#include <cinttypes>
#include <cstring>
#include <string>

#include "base/sentence.h"

namespace nanospan::format {
namespace {

constexpr std::uint64_t kAlignment = 64;

std::uint64_t load_relaxed(const Word& word) noexcept {
  return word.load(std::memory_order_relaxed);
}
std::uint64_t load_acquire(const Word& word) noexcept {
  return word.load(std::memory_order_acquire);
}

}  // namespace

Status check_header(const RegionHeader& untrusted, std::size_t bytes) {
  if (untrusted.magic != kMagic)
    return base::failure("This is not a nanospan region: it does not begin with NANOSPAN.");
  if (untrusted.version_major != kVersionMajor)
    return base::failure(
        "The region has format version %u, this program reads %u: use the nanospan that wrote it.",
        unsigned{untrusted.version_major}, unsigned{kVersionMajor});
  if (load_acquire(untrusted.state) == static_cast<std::uint64_t>(RegionState::kMaking))
    return base::failure(
        "The region was never finished: its process died while making it, or is "
        "still at it; try again, or remove the file.");
  if (untrusted.header_bytes < sizeof(RegionHeader) || untrusted.region_bytes < kPage ||
      untrusted.region_bytes > kRegionBytesMax)
    return base::failure("The region's header is damaged: its sizes make no sense.");
  if (untrusted.region_bytes > bytes)
    return base::failure("The region is cut short: %zu bytes of %" PRIu64 "; copy the whole file.",
                         bytes, std::uint64_t{untrusted.region_bytes});
  return {};
}

std::string_view TenantView::name_text() const noexcept {
  return {name, strnlen(name, sizeof(name))};
}

template <typename T>
const T* RegionView::at(std::uint64_t offset, std::uint64_t count) const noexcept {
  const std::uint64_t size = count * sizeof(T);  // counts are ours or a checked 32-bit number
  if (offset < kPage || offset % kAlignment != 0 || offset > bytes_ || size > bytes_ - offset)
    return nullptr;
  return reinterpret_cast<const T*>(base_ + offset);
}

Result<RegionView> RegionView::check(const std::byte* untrusted, std::size_t bytes) {
  if (untrusted == nullptr || bytes < kPage)
    return base::failure("This is not a nanospan region: it is shorter than a page.");
  if (reinterpret_cast<std::uintptr_t>(untrusted) % kAlignment != 0)
    return base::failure("A region must be read at an address that is a multiple of 64.");
  const auto& header = *reinterpret_cast<const RegionHeader*>(untrusted);
  if (Status status = check_header(header, bytes); !status) return status;
  RegionView view;
  view.base_ = untrusted;
  view.bytes_ = std::min<std::size_t>(bytes, kRegionBytesMax);
  view.lane_table_ = view.at<Word>(header.lane_table_offset, kLanesMax);
  view.detached_table_ = view.at<Word>(header.detached_table_offset, kDetachedChunksMax);
  view.anchors_ = view.at<Anchor>(header.anchors_offset, kAnchors);
  view.tracestates_ = view.at<Tracestate>(header.tracestates_offset, kTracestates);
  view.definitions_ = view.at<std::uint64_t>(header.definitions_offset, kDefinitionsBytes / 8);
  if (view.lane_table_ == nullptr || view.detached_table_ == nullptr || view.anchors_ == nullptr ||
      view.tracestates_ == nullptr || view.definitions_ == nullptr)
    return base::failure("The region's header is damaged: a table lies outside the file.");
  if (view.at<std::byte>(header.crash_offset, kCrashBytes) != nullptr)
    view.crash_ = view.at<CrashPage>(header.crash_offset, 1);
  return view;
}

std::span<const Module> RegionView::modules() const noexcept {
  if (crash_ == nullptr) return {};
  return {reinterpret_cast<const Module*>(reinterpret_cast<const std::byte*>(crash_) + kPage),
          kModules};
}

RegionState RegionView::state() const noexcept {
  return load_acquire(header().state) == static_cast<std::uint64_t>(RegionState::kClosed)
             ? RegionState::kClosed
             : RegionState::kLive;
}

std::uint32_t RegionView::lane_count() const noexcept {
  if (empty()) return 0;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(load_acquire(header().lane_count), kLanesMax));
}

const LaneHeader* RegionView::lane(std::uint32_t index) const noexcept {
  if (index >= lane_count()) return nullptr;
  const std::uint64_t offset = load_relaxed(lane_table_[index]);
  if (at<std::byte>(offset, kLaneBytes) == nullptr) return nullptr;
  return at<LaneHeader>(offset, 1);
}

const detail::OpenSlot* RegionView::open_stack(std::uint32_t lane) const noexcept {
  if (lane >= lane_count()) return nullptr;
  const std::uint64_t offset = load_relaxed(lane_table_[lane]);
  if (at<std::byte>(offset, kLaneBytes) == nullptr) return nullptr;
  return at<detail::OpenSlot>(offset + kLaneStackOffset, detail::kOpenLevels);
}

std::uint32_t RegionView::ring_count(const LaneHeader& lane) const noexcept {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(load_acquire(lane.ring_count), kRingsPerLane));
}

std::optional<RingView> RegionView::ring(const LaneHeader& lane,
                                         std::uint32_t index) const noexcept {
  if (index >= ring_count(lane)) return std::nullopt;
  const RingEntry& entry = lane.rings[index];
  RingView ring;
  ring.slot_count = load_relaxed(entry.slots);
  ring.first_position = load_relaxed(entry.first_position);
  if (!std::has_single_bit(ring.slot_count) || ring.slot_count > bytes_ / sizeof(detail::Slot))
    return std::nullopt;
  ring.slots = at<detail::Slot>(load_relaxed(entry.offset), ring.slot_count);
  if (ring.slots == nullptr) return std::nullopt;
  return ring;
}

std::optional<TenantView> RegionView::tenant(const LaneHeader& lane,
                                             std::uint64_t tenancy) const noexcept {
  if (tenancy == 0) return std::nullopt;
  for (const Tenant& entry : lane.tenants) {
    if (load_acquire(entry.tenancy) != tenancy) continue;
    TenantView tenant;
    tenant.thread_id = load_relaxed(entry.thread_id);
    const std::uint64_t name[2] = {load_relaxed(entry.name[0]), load_relaxed(entry.name[1])};
    // Pairs with the release fence between the zero and the body of who moves in.
    std::atomic_thread_fence(std::memory_order_acquire);
    if (load_relaxed(entry.tenancy) != tenancy) continue;
    std::memcpy(tenant.name, name, sizeof(name));
    return tenant;
  }
  return std::nullopt;
}

std::uint32_t RegionView::detached_chunk_count() const noexcept {
  if (empty()) return 0;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(load_acquire(header().detached_chunk_count), kDetachedChunksMax));
}

const detail::OpenSlot* RegionView::detached_chunk(std::uint32_t index) const noexcept {
  if (index >= detached_chunk_count()) return nullptr;
  return at<detail::OpenSlot>(load_relaxed(detached_table_[index]), kDetachedPerChunk);
}

const Word* RegionView::overflow_page(std::uint64_t index) const noexcept {
  if (empty() || index > bytes_ / kPage) return nullptr;
  return at<Word>(index * kPage, kPage / sizeof(Word));
}

std::span<const std::uint64_t> RegionView::definitions() const noexcept {
  if (empty()) return {};
  const std::uint64_t bytes =
      std::min<std::uint64_t>(load_acquire(header().definitions_bytes), kDefinitionsBytes);
  return {definitions_, static_cast<std::size_t>(bytes / 8)};
}

std::uint64_t RegionView::anchor_count() const noexcept {
  return empty() ? 0 : load_acquire(header().anchor_count);
}

std::optional<AnchorView> RegionView::anchor(std::uint64_t number) const noexcept {
  if (empty() || number == 0) return std::nullopt;
  const Anchor& entry = anchors_[(number - 1) % kAnchors];
  if (load_acquire(entry.sequence) != number) return std::nullopt;
  AnchorView anchor;
  anchor.ticks = load_relaxed(entry.ticks);
  anchor.realtime_ns = static_cast<std::int64_t>(load_relaxed(entry.realtime_ns));
  anchor.monotonic_ns = static_cast<std::int64_t>(load_relaxed(entry.monotonic_ns));
  // Pairs with the release fence between the zero and the body of who takes anchors.
  std::atomic_thread_fence(std::memory_order_acquire);
  if (load_relaxed(entry.sequence) != number) return std::nullopt;
  return anchor;
}

bool RegionView::copy_tracestate(std::uint32_t reference, TracestateCopy& into) const noexcept {
  if (empty() || reference == 0) return false;
  const Tracestate& entry = tracestates_[(reference - 1) % kTracestates];
  if (load_acquire(entry.reference) != reference) return false;
  into.bytes = std::min<std::size_t>(load_relaxed(entry.bytes), kTracestateBytes);
  for (std::size_t word = 0; word < (into.bytes + 7) / 8; ++word) {
    const std::uint64_t text = load_relaxed(entry.text[word]);
    std::memcpy(into.text + 8 * word, &text, 8);
  }
  // Pairs with the release fence between the zero and the body of who stores it.
  std::atomic_thread_fence(std::memory_order_acquire);
  return load_relaxed(entry.reference) == reference;
}

}  // namespace nanospan::format

// DefinitionTable: definition id → text or callsite, of one region.
//
// Batches point into it, so it owns copies: it outlives the mapping it was loaded from.
// Threads: one appends (load, add_*); any number look up meanwhile, without a lock. An entry is
// written, then published by a release store that lookup's acquire load pairs with.
// Memory: append-only, addresses stable; chunks of kChunkEntries, at most kIdsMax entries. However
// often a damaged region names one long text, what is copied of it has limits (below); whatever is
// beyond them is cut off.
// Errors: an unknown id gives a placeholder with id 0; damaged entries are counted and skipped.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nanospan/span_batch.h"

namespace nanospan::detail {

// Takes what a region's definitions say of who recorded.
class ResourceDefinitions {
 public:
  // False: damaged, or too many.
  virtual bool add_attribute(std::span<const std::uint64_t> untrusted) = 0;
  virtual void set_schema_url(std::string_view untrusted_url) = 0;

 protected:
  ~ResourceDefinitions() = default;  // nobody owns one by this type
};

class DefinitionTable {
 public:
  static constexpr std::uint32_t kChunkEntries = 512;
  static constexpr std::uint32_t kChunks = 1024;
  static constexpr std::uint32_t kIdsMax = kChunkEntries * kChunks;
  static constexpr std::size_t kCallsiteTextBytesMax = 4096;               // of one of its texts
  static constexpr std::size_t kCallsiteBytesMax = std::size_t{64} << 20;  // of all of them

  DefinitionTable();
  DefinitionTable(const DefinitionTable&) = delete;
  DefinitionTable& operator=(const DefinitionTable&) = delete;
  ~DefinitionTable();

  // nullptr: unknown, or a callsite.
  [[nodiscard]] const std::string_view* find_text(std::uint32_t id) const noexcept {
    const Entry* entry = find(id);
    return entry == nullptr ? nullptr : entry->text.load(std::memory_order_acquire);
  }
  // nullptr: unknown, or a text.
  [[nodiscard]] const CallsiteInfo* find_callsite(std::uint32_t id) const noexcept {
    const Entry* entry = find(id);
    return entry == nullptr ? nullptr : entry->callsite.load(std::memory_order_acquire);
  }
  // What stands for an id that nothing defines.
  static const CallsiteInfo& unknown_callsite() noexcept;
  static std::string_view unknown_text() noexcept;

  // Differs between any two tables of this process, and grows.
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }

  // Appender only: takes in what follows the bytes taken before. `untrusted` are the region's
  // committed definitions from their start; those of a resource go to `resource`. True: something
  // was new.
  bool load(std::span<const std::uint64_t> untrusted, ResourceDefinitions* resource = nullptr);
  // Appender only, for tables that no region feeds: the id of the entry, 0 when full.
  std::uint32_t add_text(std::string_view text);
  std::uint32_t add_callsite(CallsiteInfo info);  // info.id is set here

  [[nodiscard]] std::uint64_t damaged() const noexcept { return damaged_; }
  [[nodiscard]] std::uint32_t last_id() const noexcept { return last_id_; }

 private:
  struct Entry {
    std::atomic<const std::string_view*> text{nullptr};  // stored by the appender, release
    std::atomic<const CallsiteInfo*> callsite{nullptr};  // stored by the appender, release
  };
  struct Chunk {
    std::array<Entry, kChunkEntries> entries;
  };

  [[nodiscard]] const Entry* find(std::uint32_t id) const noexcept {
    if (id >= kIdsMax) return nullptr;
    const Chunk* chunk = chunks_[id / kChunkEntries].load(std::memory_order_acquire);
    return chunk == nullptr ? nullptr : &chunk->entries[id % kChunkEntries];
  }
  Entry* make(std::uint32_t id);
  bool define_text(std::uint32_t id, std::string_view text);
  bool define_callsite(std::uint32_t id, CallsiteInfo info);
  bool load_entry(std::span<const std::uint64_t> untrusted, ResourceDefinitions* resource);
  bool load_callsite(std::uint32_t id, std::span<const std::uint64_t> body);
  [[nodiscard]] std::string callsite_text(std::uint64_t id);

  std::array<std::atomic<Chunk*>, kChunks> chunks_{};  // stored by the appender, release
  const std::uint64_t epoch_;

  // The appender's.
  struct Text {
    explicit Text(std::string_view copied) : owned(copied) {}
    Text(const Text&) = delete;
    Text& operator=(const Text&) = delete;
    const std::string owned;
    const std::string_view view = owned;
  };
  std::forward_list<Text> texts_;
  std::forward_list<CallsiteInfo> callsites_;
  std::size_t words_loaded_ = 0;
  std::size_t callsite_bytes_left_ = kCallsiteBytesMax;
  std::uint64_t damaged_ = 0;
  std::uint32_t last_id_ = 0;
};

}  // namespace nanospan::detail

#include "decode/definition_table.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "format/region_layout.h"

namespace nanospan::detail {
namespace {

using format::DefinitionType;

std::uint64_t next_epoch() noexcept {
  static std::atomic<std::uint64_t> last{0};  // any thread that opens a region
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

// The text behind `words[0]`, its length in bytes. Nothing: it does not fit.
std::optional<std::string_view> text_of(std::span<const std::uint64_t> untrusted) noexcept {
  if (untrusted.empty() || untrusted[0] > (untrusted.size() - 1) * 8) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(untrusted.data() + 1),
                          static_cast<std::size_t>(untrusted[0]));
}

template <typename E>
E enum_or(std::uint64_t untrusted, E first, E last, E otherwise) noexcept {
  const bool known = untrusted >= static_cast<std::uint64_t>(first) &&
                     untrusted <= static_cast<std::uint64_t>(last);
  return known ? static_cast<E>(untrusted) : otherwise;
}

}  // namespace

DefinitionTable::DefinitionTable() : epoch_(next_epoch()) {}

DefinitionTable::~DefinitionTable() {
  for (std::atomic<Chunk*>& chunk : chunks_) delete chunk.load(std::memory_order_relaxed);
}

const CallsiteInfo& DefinitionTable::unknown_callsite() noexcept {
  static const CallsiteInfo* const info = [] {
    auto* const unknown = new CallsiteInfo;  // outlives static destructors that read batches
    unknown->name = unknown_text();
    return unknown;
  }();
  return *info;
}

std::string_view DefinitionTable::unknown_text() noexcept {
  return "(unknown)";
}

DefinitionTable::Entry* DefinitionTable::make(std::uint32_t id) {
  if (id == 0 || id >= kIdsMax) return nullptr;
  std::atomic<Chunk*>& slot = chunks_[id / kChunkEntries];
  Chunk* chunk = slot.load(std::memory_order_relaxed);
  if (chunk == nullptr) {
    chunk = new Chunk;
    // Pairs with find()'s acquire load: the chunk's zeros are seen.
    slot.store(chunk, std::memory_order_release);
  }
  Entry& entry = chunk->entries[id % kChunkEntries];
  const bool is_free = entry.text.load(std::memory_order_relaxed) == nullptr &&
                       entry.callsite.load(std::memory_order_relaxed) == nullptr;
  if (!is_free) return nullptr;
  if (id > last_id_) last_id_ = id;
  return &entry;
}

bool DefinitionTable::define_text(std::uint32_t id, std::string_view text) {
  Entry* const entry = make(id);
  if (entry == nullptr) return false;
  // Pairs with find_text()'s acquire load.
  entry->text.store(&texts_.emplace_front(text).view, std::memory_order_release);
  return true;
}

bool DefinitionTable::define_callsite(std::uint32_t id, CallsiteInfo info) {
  Entry* const entry = make(id);
  if (entry == nullptr) return false;
  info.id = id;
  // Pairs with find_callsite()'s acquire load.
  entry->callsite.store(&callsites_.emplace_front(std::move(info)), std::memory_order_release);
  return true;
}

bool DefinitionTable::load(std::span<const std::uint64_t> untrusted,
                           ResourceDefinitions* resource) {
  bool is_new = false;
  while (words_loaded_ < untrusted.size()) {
    const auto rest = untrusted.subspan(words_loaded_);
    const std::uint64_t bytes = format::definition_w0::kBytes.get(rest[0]);
    if (bytes < 8 || bytes % 8 != 0 || bytes / 8 > rest.size()) {
      // Without its length no later entry can be found.
      words_loaded_ = ~std::size_t{0};
      ++damaged_;
      return is_new;
    }
    if (load_entry(rest.first(static_cast<std::size_t>(bytes / 8)), resource))
      is_new = true;
    else
      ++damaged_;
    words_loaded_ += static_cast<std::size_t>(bytes / 8);
  }
  return is_new;
}

bool DefinitionTable::load_entry(std::span<const std::uint64_t> untrusted,
                                 ResourceDefinitions* resource) {
  const auto id = static_cast<std::uint32_t>(format::definition_w0::kId.get(untrusted[0]));
  const auto body = untrusted.subspan(1);
  switch (static_cast<DefinitionType>(format::definition_w0::kType.get(untrusted[0]))) {
    case DefinitionType::kString: {
      const auto text = text_of(body);
      return text && define_text(id, *text);
    }
    case DefinitionType::kCallsite:
      return load_callsite(id, body);
    case DefinitionType::kResourceAttribute:
      return resource == nullptr || resource->add_attribute(body);
    case DefinitionType::kSchemaUrl: {
      const auto url = text_of(body);
      if (url && resource != nullptr) resource->set_schema_url(*url);
      return url.has_value();
    }
  }
  return true;  // of a later minor version
}

bool DefinitionTable::load_callsite(std::uint32_t id, std::span<const std::uint64_t> body) {
  using namespace format;
  if (body.size() < kCallsiteBytes / 8 - 1) return false;
  CallsiteInfo info;
  info.name = callsite_text(callsite_w1::kName.get(body[0]));
  info.kind = enum_or(callsite_w1::kKind.get(body[0]), SpanKind::kInternal, SpanKind::kConsumer,
                      SpanKind::kInternal);
  info.level =
      enum_or(callsite_w1::kLevel.get(body[0]), Level::kError, Level::kTrace, Level::kInfo);
  info.line = static_cast<std::uint32_t>(callsite_w1::kLine.get(body[0]));
  info.target = callsite_text(callsite_w2::kTarget.get(body[1]));
  info.file = callsite_text(callsite_w2::kFile.get(body[1]));
  info.function = callsite_text(callsite_w3::kFunction.get(body[2]));
  info.scope_name = callsite_text(callsite_w3::kScopeName.get(body[2]));
  info.scope_version = callsite_text(callsite_w4::kScopeVersion.get(body[3]));
  return define_callsite(id, std::move(info));
}

std::string DefinitionTable::callsite_text(std::uint64_t id) {
  if (id == 0) return {};
  const std::string_view* const defined = find_text(static_cast<std::uint32_t>(id));
  const std::string_view text =
      (defined == nullptr ? unknown_text() : *defined)
          .substr(0, std::min(kCallsiteTextBytesMax, callsite_bytes_left_));
  callsite_bytes_left_ -= text.size();
  return std::string(text);
}

}  // namespace nanospan::detail

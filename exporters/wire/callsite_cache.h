// CallsiteCache: what all spans of a callsite have in common, encoded once, and their scope.
//
// Threads: none. Memory: as large as the callsites of one region. Invariants: an entry counts only
// for the very CallsiteInfo it was made of; scopes keep their index until clear().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nanospan/span_batch.h"
#include "wire/byte_buffer.h"
#include "wire/constants.h"

namespace nanospan::wire {

template <typename Format>
class CallsiteCache {
 public:
  struct Entry {
    const CallsiteInfo* source = nullptr;
    std::uint32_t scope = 0;
    std::uint32_t first = 0;       // in constants()
    std::uint32_t name_bytes = 0;  // the name, which update_name replaces
    std::uint32_t bytes = 0;       // with the kind and the list of attributes, left open
  };

  struct Scope {
    std::string name, version;
  };

  void clear() noexcept {
    entries_.clear();
    scopes_.clear();
    constants_.clear();
  }

  const Entry& find(const CallsiteInfo& callsite) {
    if (callsite.id < entries_.size() && entries_[callsite.id].source == &callsite) [[likely]] {
      return entries_[callsite.id];
    }
    return add(callsite);
  }

  [[nodiscard]] const char* constants(const Entry& entry) const noexcept {
    return constants_.data() + entry.first;
  }
  [[nodiscard]] const std::vector<Scope>& scopes() const noexcept { return scopes_; }

 private:
  NANOSPAN_COLD const Entry& add(const CallsiteInfo& callsite) {
    if (callsite.id >= entries_.size()) entries_.resize(callsite.id + std::size_t{1});
    Entry& entry = entries_[callsite.id];
    entry = {};
    entry.source = &callsite;
    entry.scope = scope_index(callsite);
    entry.first = static_cast<std::uint32_t>(constants_.size());
    Format format(constants_);
    format.begin_name();
    format.string(callsite.name);
    format.end_name();
    entry.name_bytes = static_cast<std::uint32_t>(constants_.size()) - entry.first;
    format.kind(callsite.kind);
    format.begin_attributes();
    write_constants(format, callsite, {});
    entry.bytes = static_cast<std::uint32_t>(constants_.size()) - entry.first;
    return entry;
  }

  std::uint32_t scope_index(const CallsiteInfo& callsite) {
    for (std::size_t i = 0; i < scopes_.size(); ++i) {
      const Scope& scope = scopes_[i];
      if (scope.name == callsite.scope_name && scope.version == callsite.scope_version) {
        return static_cast<std::uint32_t>(i);
      }
    }
    scopes_.push_back({callsite.scope_name, callsite.scope_version});
    return static_cast<std::uint32_t>(scopes_.size() - 1);
  }

  std::vector<Entry> entries_;
  std::vector<Scope> scopes_;
  ByteBuffer constants_;
};

}  // namespace nanospan::wire

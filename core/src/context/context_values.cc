#include "nanospan/detail/context_values.h"

#include <algorithm>
#include <vector>

namespace nanospan::detail {
namespace {

struct Entry {
  const void* key;
  std::shared_ptr<const void> value;
};

struct List : ContextValueList {
  std::vector<Entry> entries;
};

const std::vector<Entry>& entries_of(const ContextValueList& list) noexcept {
  return static_cast<const List&>(list).entries;
}

void destroy_list(const ContextValueList* list) noexcept {
  delete static_cast<const List*>(list);
}

}  // namespace

const void* ContextValues::find(const void* key) const noexcept {
  if (list_ == nullptr) return nullptr;
  const auto& entries = entries_of(*list_);
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [key](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : found->value.get();
}

ContextValues ContextValues::with(const void* key, std::shared_ptr<const void> value) const {
  auto made = std::make_unique<List>();
  made->destroy = destroy_list;
  if (list_ != nullptr) {
    for (const Entry& entry : entries_of(*list_)) {
      if (entry.key != key) made->entries.push_back(entry);
    }
  }
  if (value != nullptr) made->entries.push_back({key, std::move(value)});
  ContextValues changed;
  if (!made->entries.empty()) changed.list_ = made.release();
  return changed;
}

}  // namespace nanospan::detail

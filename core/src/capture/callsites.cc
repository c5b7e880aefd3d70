#include "capture/callsites.h"

#include <cxxabi.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/words.h"
#include "capture/core_copies.h"
#include "capture/hooks.h"
#include "capture/runtime.h"
#include "capture/thread.h"
#include "nanospan/detail/callsite.h"
#include "nanospan/detail/payload.h"

namespace nanospan::capture {
namespace {

using base::Words;
using detail::Callsite;
using detail::Module;
using Entry = std::span<std::uint64_t>;  // word 0 and the body, in the arena
// Of contents that stand in their entries.
using Ids = std::map<std::string_view, std::uint32_t, std::less<>,
                     base::ArenaAllocator<std::pair<const std::string_view, std::uint32_t>>>;

// All of it in the arena: a handler may be the first to come to a callsite.
struct Registry {
  std::mutex mutex;
  base::Arena arena;
  Ids strings{Ids::allocator_type(arena)};    // text → id
  Ids callsites{Ids::allocator_type(arena)};  // body, as bytes → id
  std::vector<Entry, base::ArenaAllocator<Entry>> entries{
      base::ArenaAllocator<Entry>(arena)};  // by id - 1
  Module* modules = nullptr;
  region::Region* region = nullptr;  // where new definitions go
};

// Never destroyed: threads and static destructors outlive any order. Whoever asks has marked that
// it may hold a lock, so a handler does not wait for the guard of the variable.
Registry& registry() {
  alignas(Registry) static std::byte place[sizeof(Registry)];
  static Registry* const made = new (place) Registry;
  return *made;
}

void fill_head(Entry entry, format::DefinitionType type, std::uint64_t id) {
  entry[0] = format::definition_w0::kBytes.put(entry.size_bytes()) |
             format::definition_w0::kType.put(static_cast<std::uint64_t>(type)) |
             format::definition_w0::kId.put(id);
}

// A child of the raw fork system call still has the pointer, and nothing mapped behind it.
bool has_region(const Registry& all) {
  return all.region != nullptr && current() != nullptr;
}

void count_refused(Registry& all) noexcept {
  if (has_region(all))
    all.region->header().counters.definitions_refused.fetch_add(1, std::memory_order_relaxed);
}

// An entry with room for its body, which the caller fills; empty: there is no memory.
Entry take_entry(Registry& all, std::size_t body_words) {
  const std::size_t words = body_words + 1;
  auto* const taken = static_cast<std::uint64_t*>(all.arena.take(words * sizeof(std::uint64_t)));
  return taken == nullptr ? Entry() : Entry(taken, words);
}

bool has_room_for(Registry& all, std::size_t entries) noexcept {
  try {
    if (entries > all.entries.capacity()) all.entries.reserve(2 * entries);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

// 0: the region or memory is full, or 2^24 definitions exist; the entry is given back.
std::uint32_t define(Registry& all, format::DefinitionType type, Entry entry) {
  const std::size_t id = all.entries.size() + 1;
  const bool fits = !entry.empty() && id <= detail::kDefinitionIdMax && has_room_for(all, id);
  if (fits) {
    fill_head(entry, type, id);
    if (!has_region(all) || all.region->append_definitions(entry.data(), entry.size(), 1)) {
      all.entries.push_back(entry);
      return static_cast<std::uint32_t>(id);
    }
  }
  count_refused(all);
  all.arena.give_back(entry.data(), entry.size_bytes());
  return 0;
}

std::uint32_t define(Registry& all, format::DefinitionType type,
                     std::span<const std::uint64_t> body) {
  const Entry entry = take_entry(all, body.size());
  if (!entry.empty()) std::copy(body.begin(), body.end(), entry.begin() + 1);
  return define(all, type, entry);
}

std::uint32_t define(Registry& all, format::DefinitionType type, std::string_view text) {
  const Entry entry = take_entry(all, 1 + detail::words_of(text.size()));
  if (!entry.empty()) {
    entry[1] = text.size();
    std::memcpy(entry.data() + 2, text.data(), text.size());
  }
  return define(all, type, entry);
}

std::string_view text_of(Entry entry) {
  return {reinterpret_cast<const char*>(entry.data() + 2), static_cast<std::size_t>(entry[1])};
}

std::string_view bytes_of(std::span<const std::uint64_t> words) {
  return {reinterpret_cast<const char*>(words.data()), words.size_bytes()};
}

// Without memory to remember a content it is defined once more next time.
void remember(Ids& ids, std::string_view content, std::uint32_t id) noexcept {
  try {
    ids.emplace(content, id);
  } catch (const std::bad_alloc&) {
  }
}

std::uint32_t define_text(Registry& all, std::string_view text) {
  constexpr std::size_t kTextMax = 4096;
  text = text.substr(0, kTextMax);
  if (text.empty()) return 0;
  if (const auto known = all.strings.find(text); known != all.strings.end()) return known->second;
  const std::uint32_t id = define(all, format::DefinitionType::kString, text);
  if (id != 0) remember(all.strings, text_of(all.entries[id - 1]), id);
  return id;
}

std::uint32_t define_callsite(Registry& all, const Callsite& site) {
  using namespace format;
  const auto text = [&](const char* value) -> std::uint64_t { return define_text(all, value); };
  std::array<std::uint64_t, 4> body{};
  body[0] = callsite_w1::kName.put(text(site.name)) |
            callsite_w1::kKind.put(static_cast<std::uint64_t>(site.options.kind)) |
            callsite_w1::kLevel.put(static_cast<std::uint64_t>(site.options.level)) |
            callsite_w1::kLine.put(site.line);
  body[1] =
      callsite_w2::kTarget.put(text(site.options.target)) | callsite_w2::kFile.put(text(site.file));
  body[2] = callsite_w3::kFunction.put(text(site.function)) |
            callsite_w3::kScopeName.put(text(site.options.scope.name));
  body[3] = callsite_w4::kScopeVersion.put(text(site.options.scope.version));
  if (const auto known = all.callsites.find(bytes_of(body)); known != all.callsites.end())
    return known->second;
  const std::uint32_t id =
      define(all, DefinitionType::kCallsite, std::span<const std::uint64_t>(body));
  if (id != 0) remember(all.callsites, bytes_of(all.entries[id - 1].subspan(1)), id);
  return id;
}

void switch_callsite(Registry& all, Callsite& site) {
  const bool on = has_region(all) && site.id != 0;
  // Pairs with id_of().
  site.state.store(on ? site.id : detail::kCallsiteOff, std::memory_order_release);
}

void switch_all(Registry& all) {
  for (Module* module = all.modules; module != nullptr; module = module->next)
    for (Callsite* site = module->first; site != nullptr; site = site->next)
      switch_callsite(all, *site);
}

// Is this a handler on a thread that holds one of our locks, or is in a recording call?
bool interrupts_recording() noexcept {
  return holds_lock || (has_lane(*detail::tls_lane) && is_busy(*detail::tls_lane));
}

void count_interrupting_start() noexcept {
  Runtime* const runtime = current();
  if (runtime == nullptr) return;
  if (has_lane(*detail::tls_lane)) {
    detail::tls_lane->counters->busy.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  format::RegionCounters& counters = runtime->region->header().counters;
  counters.started_without_lane.fetch_add(1, std::memory_order_relaxed);
  counters.lost_no_lane.fetch_add(1, std::memory_order_relaxed);
}

void link_module(Registry& all, Module& module) {
  module.next = all.modules;
  module.link = &all.modules;
  if (all.modules != nullptr) all.modules->link = &module.next;
  all.modules = &module;
  detail::announce_module(module);  // again, if this is a use behind the end of its announcement
  if (const Hooks* const heard = hooks.load(std::memory_order_acquire)) heard->module_registered();
}

// The attribute as an element with an inline key; empty when it does not fit one.
Words resource_element(const OwnedAttribute& attribute) {
  using detail::ElementType;
  std::string value;
  ElementType type = ElementType::kString;
  std::uint64_t fixed = 0;
  switch (attribute.type) {
    case ValueType::kInt64:
      type = ElementType::kInt64, fixed = static_cast<std::uint64_t>(attribute.number);
      break;
    case ValueType::kBool:
      type = ElementType::kBool, fixed = attribute.number != 0;
      break;
    case ValueType::kDouble:
      type = ElementType::kDouble;
      std::memcpy(&fixed, &attribute.real, sizeof(fixed));
      break;
    case ValueType::kStringArray:
      type = ElementType::kStringArray;
      for (const std::string& item : attribute.strings) {
        const auto bytes = static_cast<std::uint32_t>(item.size());
        value.append(reinterpret_cast<const char*>(&bytes), sizeof(bytes)).append(item);
      }
      break;
    default:
      value = attribute.text;
  }
  if (attribute.key.empty() || attribute.key.size() > 256 || value.size() > 32768) return {};
  Words words;
  base::append(words, detail::element_header(type, 0, attribute.key.size(), value.size()));
  if (detail::fixed_words(type) != 0) base::append(words, fixed);
  base::append_text(words, attribute.key);
  base::append_text(words, value);
  return words;
}

// What an earlier recorder said of its resource keeps its id and loses its content.
void blank_resources(Registry& all) {
  for (Entry& entry : all.entries) {
    const auto type =
        static_cast<format::DefinitionType>(format::definition_w0::kType.get(entry[0]));
    if (type != format::DefinitionType::kResourceAttribute &&
        type != format::DefinitionType::kSchemaUrl)
      continue;
    const std::uint64_t id = format::definition_w0::kId.get(entry[0]);
    entry = entry.first(2);  // any has a body
    entry[1] = 0;
    fill_head(entry, format::DefinitionType::kString, id);
  }
}

}  // namespace

void publish_definitions(region::Region& region, const Resource& resource) {
  const LockMark mark;
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  blank_resources(all);
  Words everything;
  for (const Entry entry : all.entries) base::append(everything, entry);
  if (!everything.empty() &&
      !region.append_definitions(everything.data(), everything.size(), all.entries.size()))
    region.header().counters.definitions_refused.fetch_add(all.entries.size(),
                                                           std::memory_order_relaxed);
  all.region = &region;
  // A resource's attributes are entries too, so that ids keep counting entries.
  for (const OwnedAttribute& attribute : resource.attributes)
    if (const Words body = resource_element(attribute); !body.empty())
      define(all, format::DefinitionType::kResourceAttribute, std::span<const std::uint64_t>(body));
  if (!resource.schema_url.empty())
    define(all, format::DefinitionType::kSchemaUrl, resource.schema_url);
  switch_all(all);
}

void withdraw_definitions() noexcept {
  const LockMark mark;
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  all.region = nullptr;
  switch_all(all);
}

void lock_callsites() noexcept {
  registry().mutex.lock();
}
void unlock_callsites() noexcept {
  registry().mutex.unlock();
}
void forget_region_in_child(bool will_record) noexcept {
  Registry& all = registry();
  all.region = nullptr;
  if (!will_record) switch_all(all);
  all.mutex.unlock();
}

}  // namespace nanospan::capture

namespace nanospan::detail {

std::uint32_t register_callsite(Callsite& site, Module& module) noexcept {
  if (capture::interrupts_recording()) {
    capture::count_interrupting_start();
    return kCallsiteOff;
  }
  (void)capture::current_or_childs();
  const capture::LockMark mark;
  capture::Registry& all = capture::registry();
  const std::lock_guard lock(all.mutex);
  if (const std::uint32_t state = site.state.load(std::memory_order_relaxed); state != 0)
    return state;  // another thread was first
  if (!capture::may_register(module.inline_version)) {
    site.state.store(kCallsiteOff, std::memory_order_relaxed);
    return kCallsiteOff;
  }
  if (module.link == nullptr) capture::link_module(all, module);
  site.id = capture::define_callsite(all, site);
  site.next = module.first;
  module.first = &site;
  capture::switch_callsite(all, site);
  return site.state.load(std::memory_order_relaxed);
}

void unregister_module(Module& module) noexcept {
  const capture::LockMark mark;
  capture::Registry& all = capture::registry();
  const std::lock_guard lock(all.mutex);
  module.is_announced = false;
  if (module.link == nullptr) return;
  *module.link = module.next;
  if (module.next != nullptr) module.next->link = module.link;
  module.link = nullptr;
}

void announce_module(Module& module) noexcept {
  if (module.inline_version != kInlineVersion || module.is_announced) return;
  module.is_announced = true;
  // A failure leaves a module that must not be unloaded.
  abi::__cxa_atexit([](void* gone) { unregister_module(*static_cast<Module*>(gone)); }, &module,
                    module.dso_handle);
}

std::uint32_t intern_text(std::string_view text) noexcept {
  if (capture::interrupts_recording()) return kTextNotYet;
  const capture::LockMark mark;
  capture::Registry& all = capture::registry();
  const std::lock_guard lock(all.mutex);
  return capture::define_text(all, text);
}

}  // namespace nanospan::detail

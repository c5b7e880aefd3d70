#include "capture/callsites.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "capture/core_copies.h"
#include "capture/runtime.h"
#include "capture/thread.h"
#include "nanospan/detail/callsite.h"
#include "nanospan/detail/payload.h"

namespace nanospan::capture {
namespace {

using detail::Callsite;
using detail::Module;
using Words = std::vector<std::uint64_t>;

struct Registry {
  std::mutex mutex;
  std::map<std::string, std::uint32_t, std::less<>> strings;    // text → id
  std::map<std::string, std::uint32_t, std::less<>> callsites;  // body, as bytes → id
  std::vector<Words> entries;                                   // by id - 1
  Module* modules = nullptr;
  region::Region* region = nullptr;  // where new definitions go
};

// Never destroyed: threads and static destructors outlive any order.
Registry& registry() {
  static Registry* const made = new Registry;
  return *made;
}

Words make_entry(format::DefinitionType type, std::uint32_t id, const Words& body) {
  Words entry;
  entry.reserve(body.size() + 1);
  entry.push_back(format::definition_w0::kBytes.put((body.size() + 1) * 8) |
                  format::definition_w0::kType.put(static_cast<std::uint64_t>(type)) |
                  format::definition_w0::kId.put(id));
  entry.insert(entry.end(), body.begin(), body.end());
  return entry;
}

Words text_body(std::string_view text) {
  Words body(1 + detail::words_of(text.size()));
  body[0] = text.size();
  std::memcpy(body.data() + 1, text.data(), text.size());
  return body;
}

// A child of the raw fork system call still has the pointer, and nothing mapped behind it.
bool has_region(const Registry& all) {
  return all.region != nullptr && current() != nullptr;
}

// 0: the region is full, or 2^24 definitions exist.
std::uint32_t define(Registry& all, format::DefinitionType type, const Words& body) {
  if (all.entries.size() >= detail::kDefinitionIdMax) return 0;
  const auto id = static_cast<std::uint32_t>(all.entries.size() + 1);
  Words entry = make_entry(type, id, body);
  if (has_region(all) && !all.region->append_definitions(entry.data(), entry.size(), 1)) {
    all.region->header().counters.definitions_refused.fetch_add(1, std::memory_order_relaxed);
    return 0;
  }
  all.entries.push_back(std::move(entry));
  return id;
}

std::uint32_t define_text(Registry& all, std::string_view text) {
  constexpr std::size_t kTextMax = 4096;
  text = text.substr(0, kTextMax);
  if (text.empty()) return 0;
  if (const auto known = all.strings.find(text); known != all.strings.end()) return known->second;
  const std::uint32_t id = define(all, format::DefinitionType::kString, text_body(text));
  if (id != 0) all.strings.emplace(text, id);
  return id;
}

std::uint32_t define_callsite(Registry& all, const Callsite& site) {
  using namespace format;
  const auto text = [&](const char* value) -> std::uint64_t { return define_text(all, value); };
  Words body(4);
  body[0] = callsite_w1::kName.put(text(site.name)) |
            callsite_w1::kKind.put(static_cast<std::uint64_t>(site.options.kind)) |
            callsite_w1::kLevel.put(static_cast<std::uint64_t>(site.options.level)) |
            callsite_w1::kLine.put(site.line);
  body[1] =
      callsite_w2::kTarget.put(text(site.options.target)) | callsite_w2::kFile.put(text(site.file));
  body[2] = callsite_w3::kFunction.put(text(site.function)) |
            callsite_w3::kScopeName.put(text(site.options.scope.name));
  body[3] = callsite_w4::kScopeVersion.put(text(site.options.scope.version));
  const std::string_view bytes(reinterpret_cast<const char*>(body.data()), body.size() * 8);
  if (const auto known = all.callsites.find(bytes); known != all.callsites.end())
    return known->second;
  const std::uint32_t id = define(all, DefinitionType::kCallsite, body);
  if (id != 0) all.callsites.emplace(bytes, id);
  return id;
}

void switch_callsite(Registry& all, Callsite& site) {
  const bool on = has_region(all) && site.id != 0;
  site.state.store(on ? site.id : detail::kCallsiteOff, std::memory_order_relaxed);
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
  // At dlclose, and at exit; a failure leaves a module that must not be unloaded.
  abi::__cxa_atexit([](void* gone) { detail::unregister_module(*static_cast<Module*>(gone)); },
                    &module, module.dso_handle);
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
  Words words{detail::element_header(type, 0, attribute.key.size(), value.size())};
  if (detail::fixed_words(type) != 0) words.push_back(fixed);
  for (const std::string_view part : {std::string_view(attribute.key), std::string_view(value)}) {
    const std::size_t at = words.size();
    words.resize(at + detail::words_of(part.size()));
    std::memcpy(words.data() + at, part.data(), part.size());
  }
  return words;
}

// What an earlier recorder said of its resource keeps its id and loses its content.
void blank_resources(Registry& all) {
  for (std::size_t i = 0; i < all.entries.size(); ++i) {
    const auto type =
        static_cast<format::DefinitionType>(format::definition_w0::kType.get(all.entries[i][0]));
    if (type == format::DefinitionType::kResourceAttribute ||
        type == format::DefinitionType::kSchemaUrl)
      all.entries[i] = make_entry(format::DefinitionType::kString,
                                  static_cast<std::uint32_t>(i + 1), text_body({}));
  }
}

}  // namespace

void publish_definitions(region::Region& region, const Resource& resource) {
  Registry& all = registry();
  const LockMark mark;
  const std::lock_guard lock(all.mutex);
  blank_resources(all);
  Words everything;
  for (const Words& entry : all.entries)
    everything.insert(everything.end(), entry.begin(), entry.end());
  if (!everything.empty() &&
      !region.append_definitions(everything.data(), everything.size(), all.entries.size()))
    region.header().counters.definitions_refused.fetch_add(all.entries.size(),
                                                           std::memory_order_relaxed);
  all.region = &region;
  // A resource's attributes are entries too, so that ids keep counting entries.
  for (const OwnedAttribute& attribute : resource.attributes)
    if (Words body = resource_element(attribute); !body.empty())
      define(all, format::DefinitionType::kResourceAttribute, body);
  if (!resource.schema_url.empty())
    define(all, format::DefinitionType::kSchemaUrl, text_body(resource.schema_url));
  switch_all(all);
}

void withdraw_definitions() noexcept {
  Registry& all = registry();
  const LockMark mark;
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
void forget_region_in_child() noexcept {
  Registry& all = registry();
  all.region = nullptr;
  switch_all(all);
  all.mutex.unlock();
}

}  // namespace nanospan::capture

namespace nanospan::detail {

std::uint32_t register_callsite(Callsite& site, Module& module) noexcept {
  if (capture::interrupts_recording()) {
    capture::count_interrupting_start();
    return kCallsiteOff;
  }
  capture::Registry& all = capture::registry();
  const capture::LockMark mark;
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
  capture::Registry& all = capture::registry();
  const capture::LockMark mark;
  const std::lock_guard lock(all.mutex);
  if (module.link == nullptr) return;
  *module.link = module.next;
  if (module.next != nullptr) module.next->link = module.link;
  module.link = nullptr;
}

std::uint32_t intern_text(std::string_view text) noexcept {
  if (capture::interrupts_recording()) return kTextNotYet;
  capture::Registry& all = capture::registry();
  const capture::LockMark mark;
  const std::lock_guard lock(all.mutex);
  return capture::define_text(all, text);
}

}  // namespace nanospan::detail

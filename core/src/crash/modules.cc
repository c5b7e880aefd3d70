#include "crash/modules.h"

#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "crash/crash_page.h"
#include "nanospan/detail/publish.h"

namespace nanospan::crash {
namespace {

using detail::load;
using detail::publish;
using detail::store;

struct Loaded {
  std::uint64_t first = ~std::uint64_t{0};
  std::uint64_t end = 0;
  std::uint64_t bias = 0;
  std::string_view build_id;
  const char* path = "";
};

std::string_view build_id_in(const char* at, const char* end) noexcept {
  const auto padded = [](std::size_t bytes) { return (bytes + 3) / 4 * 4; };
  while (at + sizeof(ElfW(Nhdr)) <= end) {
    ElfW(Nhdr) note;
    std::memcpy(&note, at, sizeof(note));
    const char* const name = at + sizeof(note);
    const char* const value = name + padded(note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0)
      return {value, std::min<std::size_t>(note.n_descsz, format::kBuildIdBytes)};
    at = value + padded(note.n_descsz);
  }
  return {};
}

Loaded describe(const dl_phdr_info& info) noexcept {
  Loaded module;
  module.bias = info.dlpi_addr;
  module.path = info.dlpi_name;
  for (unsigned i = 0; i < info.dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info.dlpi_phdr[i];
    const std::uint64_t at = info.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD) {
      module.first = std::min<std::uint64_t>(module.first, at);
      module.end = std::max<std::uint64_t>(module.end, at + segment.p_memsz);
    } else if (segment.p_type == PT_NOTE && segment.p_align <= 4 && module.build_id.empty()) {
      const char* const notes = reinterpret_cast<const char*>(at);
      module.build_id = build_id_in(notes, notes + segment.p_memsz);
    }
  }
  return module;
}

bool is_same(const format::Module& entry, const Loaded& module) noexcept {
  if (load(entry.first) != module.first || load(entry.end) != module.end) return false;
  std::uint64_t id[format::kBuildIdBytes / 8] = {};
  for (std::size_t i = 0; i < std::size(id); ++i) id[i] = load(entry.build_id[i]);
  return load(entry.build_id_bytes) == module.build_id.size() &&
         std::memcmp(id, module.build_id.data(), module.build_id.size()) == 0;
}

void write_entry(format::Module& entry, const Loaded& module) noexcept {
  detail::invalidate(entry.first);
  detail::begin_bodies();
  store(entry.end, module.end);
  store(entry.bias, module.bias);
  store(entry.build_id_bytes, store_text(entry.build_id, module.build_id));
  char self[format::kModulePathBytes + 1] = {};
  std::string_view path = module.path;
  if (path.empty()) {  // the executable
    const ssize_t bytes = readlink("/proc/self/exe", self, sizeof(self));
    path = {self, bytes < 0 ? 0 : static_cast<std::size_t>(bytes)};
  }
  if (path.size() > format::kModulePathBytes) path = {};  // a part of a path opens another file
  store(entry.path_bytes, store_text(entry.path, path));
  publish(entry.first, module.first);
}

struct Refresh {
  const Target* target;
  format::Module* entries;
  std::uint32_t backed = 0;  // entries that have memory
  bool seen[format::kModules] = {};
  bool all_fit = true;
};

format::Module* free_entry(Refresh& refresh, std::uint32_t& index) noexcept {
  for (index = 0; index < format::kModules; ++index) {
    if (index >= refresh.backed) {
      constexpr std::uint32_t kStep = format::kPage / sizeof(format::Module);
      if (refresh.target->region->prepare_crash_page(index + kStep) == nullptr) return nullptr;
      refresh.backed = index + kStep;
    }
    if (!refresh.seen[index] && load(refresh.entries[index].first) == 0)
      return &refresh.entries[index];
  }
  return nullptr;
}

int note_known(dl_phdr_info* info, std::size_t, void* data) {
  auto& refresh = *static_cast<Refresh*>(data);
  const Loaded module = describe(*info);
  for (std::uint32_t i = 0; i < refresh.backed; ++i)
    if (is_same(refresh.entries[i], module)) refresh.seen[i] = true;
  return 0;
}

int add_unknown(dl_phdr_info* info, std::size_t, void* data) {
  auto& refresh = *static_cast<Refresh*>(data);
  const Loaded module = describe(*info);
  if (module.end == 0) return 0;
  for (std::uint32_t i = 0; i < refresh.backed; ++i)
    if (is_same(refresh.entries[i], module)) return 0;
  std::uint32_t index = 0;
  format::Module* const entry = free_entry(refresh, index);
  refresh.all_fit &= entry != nullptr;
  if (entry == nullptr) return 1;
  write_entry(*entry, module);
  refresh.seen[index] = true;
  return 0;
}

}  // namespace

bool write_modules(const Target& target) noexcept {
  Refresh refresh{&target, reinterpret_cast<format::Module*>(
                               reinterpret_cast<std::byte*>(target.page) + format::kPage)};
  refresh.backed = target.modules_backed.load(std::memory_order_relaxed);
  dl_iterate_phdr(note_known, &refresh);
  for (std::uint32_t i = 0; i < refresh.backed; ++i)
    if (!refresh.seen[i]) publish(refresh.entries[i].first, 0);
  dl_iterate_phdr(add_unknown, &refresh);
  target.modules_backed.store(refresh.backed, std::memory_order_release);
  return refresh.all_fit;
}

}  // namespace nanospan::crash

#include "capture/core_copies.h"

#include <elf.h>
#include <link.h>

#include <atomic>
#include <cstdint>
#include <cstring>

#include "base/log.h"
#include "base/sentence.h"
#include "nanospan/detail/callsite.h"

namespace nanospan::capture {
namespace {

struct Note {
  std::uint32_t name_bytes, value_bytes, type;
  char name[12];
  std::uint32_t inline_version;
};
static_assert(sizeof(Note) == 28);
constexpr std::uint32_t kNoteType = 1;

__attribute__((section(".note.nanospan"), used, aligned(4)))
const Note core_note = {9, 4, kNoteType, "nanospan", detail::kInlineVersion};

struct Search {
  const Note* first = nullptr;  // in load order
  const char* first_module = "";
};

int visit_module(dl_phdr_info* info, std::size_t, void* data) {
  auto& search = *static_cast<Search*>(data);
  for (unsigned i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE || segment.p_align > 4) continue;
    const auto* at = reinterpret_cast<const char*>(info->dlpi_addr + segment.p_vaddr);
    const char* const end = at + segment.p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      const auto* const note = reinterpret_cast<const Note*>(at);
      if (note->type == kNoteType && note->name_bytes == 9 &&
          std::memcmp(note->name, "nanospan", 9) == 0) {
        search.first = note;
        search.first_module = info->dlpi_name;
        return 1;
      }
      at += 12 + (note->name_bytes + 3) / 4 * 4 + (note->value_bytes + 3) / 4 * 4;
    }
  }
  return 0;
}

bool is_first_copy() noexcept {
  Search search;
  dl_iterate_phdr(visit_module, &search);
  if (search.first == nullptr || search.first == &core_note) return true;
  base::say(LogLevel::kError,
            "A second copy of nanospan's core was loaded, beside the one in %s; its spans "
            "are not recorded. Link every module to the shared library "
            "libnanospan_core.so, or only the executable to the static one with "
            "nanospan_export_core(target).",
            *search.first_module == '\0' ? "the executable" : search.first_module);
  return false;
}

}  // namespace

bool may_register(std::uint32_t inline_version) noexcept {
  static const bool first_copy = is_first_copy();
  if (!first_copy) return false;
  if (inline_version == detail::kInlineVersion) return true;
  static std::atomic<bool> said{false};
  if (!said.exchange(true, std::memory_order_relaxed))
    base::say(LogLevel::kError,
              "A module was compiled with the headers of another nanospan (layout %u, "
              "the core has %u); its spans are not recorded. Compile it again with "
              "the core's headers.",
              inline_version, detail::kInlineVersion);
  return false;
}

}  // namespace nanospan::capture

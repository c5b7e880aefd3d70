#include "size/elf_file.h"

#include <elf.h>

#include <fstream>
#include <iterator>

namespace nanospan::bench {
namespace {

using Bytes = std::vector<char>;

template <typename T>
const T* at(const Bytes& file, std::uint64_t offset, std::uint64_t count = 1) {
  return offset + count * sizeof(T) <= file.size()
             ? reinterpret_cast<const T*>(file.data() + offset)
             : nullptr;
}

void add_needed(const Bytes& file, const Elf64_Shdr& dynamic, const Elf64_Shdr& strings,
                ElfFacts& facts) {
  const std::uint64_t count = dynamic.sh_size / sizeof(Elf64_Dyn);
  const auto* const entries = at<Elf64_Dyn>(file, dynamic.sh_offset, count);
  const char* const text = at<char>(file, strings.sh_offset, strings.sh_size);
  if (entries == nullptr || text == nullptr) return;
  for (std::uint64_t i = 0; i < count; ++i)
    if (entries[i].d_tag == DT_NEEDED) facts.needed.emplace_back(text + entries[i].d_un.d_val);
}

}  // namespace

ElfFacts read_elf(const std::string& path) {
  ElfFacts facts;
  std::ifstream in(path, std::ios::binary);
  const Bytes file{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto* const header = at<Elf64_Ehdr>(file, 0);
  const Elf64_Shdr* const sections =
      header == nullptr ? nullptr : at<Elf64_Shdr>(file, header->e_shoff, header->e_shnum);
  if (sections == nullptr) {
    facts.problem = path + " is not there; build all targets.";
    return facts;
  }
  for (unsigned i = 0; i < header->e_shnum; ++i) {
    const Elf64_Shdr& section = sections[i];
    const bool mapped = (section.sh_flags & SHF_ALLOC) != 0 && section.sh_type != SHT_NOBITS;
    if (mapped && (section.sh_flags & SHF_WRITE) == 0) facts.text_bytes += section.sh_size;
    if (section.sh_type == SHT_DYNAMIC) add_needed(file, section, sections[section.sh_link], facts);
  }
  return facts;
}

}  // namespace nanospan::bench

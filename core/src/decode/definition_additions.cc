// A DefinitionTable that no region feeds: apart from what a recording program links.
#include <utility>

#include "decode/definition_table.h"

namespace nanospan::detail {

std::uint32_t DefinitionTable::add_text(std::string_view text) {
  const std::uint32_t id = last_id_ + 1;
  return define_text(id, text) ? id : 0;
}

std::uint32_t DefinitionTable::add_callsite(CallsiteInfo info) {
  const std::uint32_t id = last_id_ + 1;
  return define_callsite(id, std::move(info)) ? id : 0;
}

}  // namespace nanospan::detail

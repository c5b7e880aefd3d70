// RegionResource: who recorded, as the region's definitions say it; for readers of a region that
// another process wrote.
//
// Threads: none. Memory: a new object whenever it has grown: batches keep the one they were given.
// Limits: attributes and bytes of their texts (region_resource.cc).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decode/definition_table.h"
#include "nanospan/span_batch.h"

namespace nanospan::decode {

class RegionResource final : public detail::ResourceDefinitions {
 public:
  // `names`: the table that the definitions were loaded into.
  [[nodiscard]] const std::shared_ptr<const Resource>& get(const detail::DefinitionTable& names);

  bool add_attribute(std::span<const std::uint64_t> untrusted) override;
  void set_schema_url(std::string_view untrusted_url) override;

 private:
  std::vector<std::uint64_t> attributes_;  // checked elements
  std::size_t count_ = 0;
  std::string schema_url_;
  std::shared_ptr<const Resource> resource_;  // nullptr: it has grown since
};

}  // namespace nanospan::decode

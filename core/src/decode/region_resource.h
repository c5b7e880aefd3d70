// RegionResource: who recorded, as the region's definitions say it; for readers of a region that
// another process wrote.
//
// Threads: none. Memory: a new object whenever it has grown: batches keep the one they were given.
// Limits: attributes and bytes of their texts (region_resource.cc).
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "decode/definition_table.h"
#include "nanospan/span_batch.h"

namespace nanospan::decode {

class RegionResource final : public detail::ResourceDefinitions {
 public:
  RegionResource();

  [[nodiscard]] const std::shared_ptr<const Resource>& get() const noexcept { return resource_; }

  bool add_attribute(const detail::DefinitionTable& names,
                     std::span<const std::uint64_t> untrusted) override;
  void set_schema_url(std::string_view untrusted_url) override;

 private:
  std::shared_ptr<const Resource> resource_;
};

}  // namespace nanospan::decode

#include "decode/region_resource.h"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "decode/cursor.h"
#include "decode/payload_check.h"
#include "decode/region_reader.h"
#include "decode/span_assembly.h"

namespace nanospan::decode {
namespace {

constexpr std::size_t kAttributesMax = 256;
constexpr std::size_t kTextBytesMax = 1 << 16;

OwnedAttribute own(const AttributeView& view) {
  OwnedAttribute owned;
  owned.key = view.key.substr(0, kTextBytesMax);
  owned.type = view.value.type();
  switch (owned.type) {
    case ValueType::kEmpty:
      break;
    case ValueType::kString:
      owned.text = view.value.as_string().substr(0, kTextBytesMax);
      break;
    case ValueType::kBytes: {
      const auto bytes = view.value.as_bytes();
      owned.text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      break;
    }
    case ValueType::kBool:
      owned.number = view.value.as_bool() ? 1 : 0;
      break;
    case ValueType::kInt64:
      owned.number = view.value.as_int64();
      break;
    case ValueType::kDouble:
      owned.real = view.value.as_double();
      break;
    case ValueType::kBoolArray:
      for (const bool value : view.value.as_bools()) owned.bools.push_back(value);
      break;
    case ValueType::kInt64Array:
      for (const std::int64_t value : view.value.as_int64s()) owned.numbers.push_back(value);
      break;
    case ValueType::kDoubleArray:
      for (const double value : view.value.as_doubles()) owned.reals.push_back(value);
      break;
    case ValueType::kStringArray:
      view.value.as_strings().for_each(
          [&](std::string_view text) { owned.strings.emplace_back(text); });
      break;
  }
  return owned;
}

}  // namespace

RegionResource::RegionResource() : resource_(std::make_shared<const Resource>()) {}

bool RegionResource::add_attribute(const detail::DefinitionTable& names,
                                   std::span<const std::uint64_t> untrusted) {
  std::vector<std::uint64_t> words(untrusted.begin(), untrusted.end());
  // An end is no attribute, and what follows it was not checked.
  if (words.empty() || detail::element::kType.get(words[0]) == 0 || !check_attributes(words))
    return false;
  if (resource_->attributes.size() >= kAttributesMax) return false;
  const AttributeView view = detail::attribute_view(names, words.data());
  auto grown = std::make_shared<Resource>(*resource_);
  std::erase_if(grown->attributes, [&](const OwnedAttribute& old) { return old.key == view.key; });
  grown->attributes.push_back(own(view));
  resource_ = std::move(grown);
  return true;
}

void RegionResource::set_schema_url(std::string_view untrusted_url) {
  auto grown = std::make_shared<Resource>(*resource_);
  grown->schema_url = untrusted_url;
  resource_ = std::move(grown);
}

// Here, and its type behind a shared_ptr, so that a program whose readers are told the resource
// links none of the above.
RegionReader::RegionReader(format::RegionView view, ReaderOptions options)
    : RegionReader(view, options, std::make_shared<RegionResource>()) {}

}  // namespace nanospan::decode

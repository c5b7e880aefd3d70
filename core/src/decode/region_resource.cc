#include "decode/region_resource.h"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/shared.h"
#include "base/words.h"
#include "decode/cursor.h"
#include "decode/payload_check.h"
#include "decode/region_reader.h"
#include "decode/span_assembly.h"

namespace nanospan::decode {
namespace {

constexpr std::size_t kAttributesMax = 256;
constexpr std::size_t kTextBytesMax = 1 << 16;

void set(OwnedAttribute& owned, const AttributeView& view) {
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
    case ValueType::kBoolArray: {
      const auto values = view.value.as_bools();
      owned.bools = std::vector<bool>(values.size());
      for (std::size_t i = 0; i < values.size(); ++i) owned.bools[i] = values[i];
      break;
    }
    case ValueType::kInt64Array: {
      const auto values = view.value.as_int64s();
      owned.numbers = std::vector<std::int64_t>(values.begin(), values.end());
      break;
    }
    case ValueType::kDoubleArray: {
      const auto values = view.value.as_doubles();
      owned.reals = std::vector<double>(values.begin(), values.end());
      break;
    }
    case ValueType::kStringArray:
      view.value.as_strings().for_each(
          [&](std::string_view text) { owned.strings.push_back(std::string(text)); });
      break;
  }
}

bool has_key(const Resource& resource, std::string_view key) {
  for (const OwnedAttribute& each : resource.attributes)
    if (each.key == key) return true;
  return false;
}

}  // namespace

bool RegionResource::add_attribute(std::span<const std::uint64_t> untrusted) {
  // An end is no attribute, and what follows it was not checked.
  if (untrusted.empty() || detail::element::kType.get(untrusted[0]) == 0) return false;
  if (count_ >= kAttributesMax) return false;
  const std::size_t before = attributes_.size();
  base::append(attributes_, untrusted);
  const bool is_sound = check_attributes(std::span(attributes_).subspan(before));
  attributes_.resize(before + (is_sound ? detail::element_words(untrusted[0]) : 0));
  if (!is_sound) return false;
  ++count_;
  resource_.reset();
  return true;
}

void RegionResource::set_schema_url(std::string_view untrusted_url) {
  schema_url_ = untrusted_url;
  resource_.reset();
}

const std::shared_ptr<const Resource>& RegionResource::get(const detail::DefinitionTable& names) {
  if (resource_ != nullptr) return resource_;
  const auto made = base::make_shared<Resource>();
  made->schema_url = schema_url_;
  const auto add = [&](detail::ElementType, std::uint64_t, const std::uint64_t* element) {
    const AttributeView view = detail::attribute_view(names, element);
    if (!has_key(*made, view.key)) set(made->attributes.emplace_back(), view);
  };
  detail::for_each_element(attributes_, add);
  resource_ = made;
  return resource_;
}

// Here, and its type behind a shared_ptr, so that a program whose readers are told the resource
// links none of the above.
RegionReader::RegionReader(format::RegionView view, ReaderOptions options)
    : RegionReader(view, options, base::make_shared<RegionResource>()) {}

}  // namespace nanospan::decode

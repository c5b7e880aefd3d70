// Apart from the other views: who reads a region's resource links no more than this.
#include <bit>
#include <cstddef>

#include "decode/element.h"
#include "nanospan/span_batch.h"

namespace nanospan {
namespace {

using decode::Element;
using decode::Text;
using detail::ElementType;

AttributeValue value_of(const Element& element) noexcept {
  switch (element.type) {
    case ElementType::kString:
      return element.text();
    case ElementType::kBool:
      return element.fixed[0] != 0;
    case ElementType::kInt64:
      return static_cast<std::int64_t>(element.fixed[0]);
    case ElementType::kDouble:
      return std::bit_cast<double>(element.fixed[0]);
    case ElementType::kBytes:
      return element.array<std::byte>();
    case ElementType::kBoolArray:
      return element.array<bool>();
    case ElementType::kInt64Array:
      return element.array<std::int64_t>();
    case ElementType::kDoubleArray:
      return element.array<double>();
    case ElementType::kStringArray:
      return StringList::from_packed(reinterpret_cast<const std::byte*>(element.value),
                                     element.value_bytes);
    default:
      return {};  // kEmpty, and types of a later minor version
  }
}

}  // namespace

AttributeView detail::attribute_view(const DefinitionTable& definitions,
                                     const std::uint64_t* words) noexcept {
  const Element element(words);
  AttributeView view;
  const Text key = decode::key_of(definitions, element);
  view.key = key.text;
  view.key_id = key.id;
  if (element.type == ElementType::kLiteral) {
    const Text literal = decode::resolve(definitions, element.fixed[0]);
    view.value = literal.text;
    view.literal_id = literal.id;
  } else {
    view.value = value_of(element);
  }
  return view;
}

}  // namespace nanospan

#include "decode/payload_check.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "nanospan/detail/payload.h"
#include "nanospan/span_batch.h"

namespace nanospan::decode {
namespace {

using detail::ElementType;

// Where the parts of an element are; it was found to be whole.
struct Parts {
  ElementType type;
  std::span<std::uint64_t> fixed;
  std::span<std::uint64_t> value_words;
  std::size_t value_bytes;
};

std::optional<Parts> parts_of(std::span<std::uint64_t> untrusted) noexcept {
  const std::uint64_t header = untrusted[0];
  const std::size_t words = detail::element_words(header);
  if (words > untrusted.size()) return std::nullopt;
  Parts parts;
  parts.type = static_cast<ElementType>(detail::element::kType.get(header));
  parts.value_bytes = static_cast<std::size_t>(detail::element::kLength.get(header));
  parts.fixed = untrusted.subspan(1, detail::fixed_words(parts.type));
  const std::size_t value_words = detail::words_of(parts.value_bytes);
  parts.value_words = untrusted.subspan(words - value_words, value_words);
  return parts;
}

bool is_whole_string_array(std::span<const std::byte> untrusted) noexcept {
  while (!untrusted.empty()) {
    std::uint32_t bytes;
    if (untrusted.size() < sizeof(bytes)) return false;
    std::memcpy(&bytes, untrusted.data(), sizeof(bytes));
    if (bytes > untrusted.size() - sizeof(bytes)) return false;
    untrusted = untrusted.subspan(sizeof(bytes) + bytes);
  }
  return true;
}

bool check_value(const Parts& parts) noexcept {
  const auto bytes = std::as_writable_bytes(parts.value_words).first(parts.value_bytes);
  switch (parts.type) {
    case ElementType::kInt64Array:
    case ElementType::kDoubleArray:
      return parts.value_bytes % 8 == 0;
    case ElementType::kStringArray:
      return is_whole_string_array(bytes);
    case ElementType::kBoolArray:
      // Any other value read as a bool is undefined.
      for (std::byte& value : bytes) value = value == std::byte{0} ? std::byte{0} : std::byte{1};
      return true;
    default:
      return true;
  }
}

// Is there a key twice? Only sure when all are interned; `untrusted` was found to be whole.
bool may_repeat_keys(std::span<const std::uint64_t> elements) {
  constexpr std::size_t kLookAtMax = 128;
  std::array<std::uint32_t, kLookAtMax> keys;
  std::size_t count = 0;
  bool is_repeated = false;
  detail::for_each_element(elements, [&](ElementType type, std::uint64_t header, auto*) {
    if (is_repeated || !detail::is_attribute(type)) return;
    const auto key = static_cast<std::uint32_t>(detail::element::kKey.get(header));
    const auto end = keys.begin() + static_cast<std::ptrdiff_t>(count);
    is_repeated = count == kLookAtMax || (count != 0 && (key == 0 || keys[0] == 0)) ||
                  std::find(keys.begin(), end, key) != end;
    if (!is_repeated) keys[count++] = key;
  });
  return is_repeated;
}

constexpr bool is_simple(ElementType type) noexcept {
  return type != ElementType::kEnd && type <= ElementType::kLiteral;
}

template <typename F>
bool check_elements(std::span<std::uint64_t> untrusted, F&& may_be_here) {
  for (std::size_t at = 0; at < untrusted.size();) {
    const auto rest = untrusted.subspan(at);
    const auto type = static_cast<ElementType>(detail::element::kType.get(rest[0]));
    if (type == ElementType::kEnd) return true;
    const auto parts = parts_of(rest);
    if (!parts || !may_be_here(type) || !check_value(*parts)) return false;
    at += detail::element_words(rest[0]);
  }
  return true;
}

class PayloadCheck {
 public:
  PayloadCheck(std::uint64_t start_ticks, TickMapper& mapper, TracestatePlacer& tracestates)
      : start_ticks_(start_ticks), mapper_(mapper), tracestates_(tracestates) {}

  bool check(std::span<std::uint64_t> untrusted) {
    while (result_.words < untrusted.size()) {
      const auto rest = untrusted.subspan(result_.words);
      const auto type = static_cast<ElementType>(detail::element::kType.get(rest[0]));
      if (type == ElementType::kEnd) return true;
      if (is_simple(type)) {  // most elements: their length says it all
        const std::size_t words = detail::element_words(rest[0]);
        if (words > rest.size()) return false;
        result_.words += words;
        continue;
      }
      const auto parts = parts_of(rest);
      if (!parts || !check_element(rest[0], *parts)) return false;
      if (!detail::is_attribute(type)) result_.contents |= payload_contents::kMore;
      result_.words += detail::element_words(rest[0]);
    }
    return true;
  }
  [[nodiscard]] const CheckedPayload& result() const noexcept { return result_; }

 private:
  bool check_element(std::uint64_t& header, const Parts& parts) {
    switch (parts.type) {
      case ElementType::kEvent:
        parts.fixed[0] =
            static_cast<std::uint64_t>(mapper_.map(start_ticks_, parts.fixed[0]).end_ns);
        header = (header & ~detail::element::kType.put(~0ull)) |
                 detail::element::kType.put(static_cast<std::uint64_t>(ElementType::kEventAt));
        return is_nested(parts);
      case ElementType::kEventAt:
        return is_nested(parts);
      case ElementType::kLink:
        parts.fixed[3] = link_word::kFlags.get(parts.fixed[3]) |
                         tracestates_.place(
                             static_cast<std::uint32_t>(link_word::kReference.get(parts.fixed[3])));
        return is_nested(parts);
      case ElementType::kStartTime:
        result_.start_unix_ns = static_cast<std::int64_t>(parts.fixed[0]);
        return true;
      case ElementType::kEndTime:
        result_.end_unix_ns = static_cast<std::int64_t>(parts.fixed[0]);
        return true;
      case ElementType::kDuration:
        result_.duration_ticks = parts.fixed[0];
        return true;
      default:
        return check_value(parts);
    }
  }
  static bool is_nested(const Parts& parts) {
    return parts.value_bytes % 8 == 0 && check_elements(parts.value_words, [](ElementType type) {
             return detail::is_attribute(type) || type == ElementType::kDropped;
           });
  }

  std::uint64_t start_ticks_;
  TickMapper& mapper_;
  TracestatePlacer& tracestates_;
  CheckedPayload result_;
};

}  // namespace

clock::UnixInterval TickMapper::map_slowly(std::uint64_t start, std::uint64_t end) noexcept {
  range_ = clock_.scale_for(start);
  return clock_.map(start, end);
}

std::optional<CheckedPayload> check_payload(std::span<std::uint64_t> untrusted,
                                            std::uint64_t start_ticks, TickMapper& mapper,
                                            TracestatePlacer& tracestates) {
  PayloadCheck check(start_ticks, mapper, tracestates);
  if (!check.check(untrusted)) return std::nullopt;
  CheckedPayload result = check.result();
  if (may_repeat_keys(untrusted.first(result.words)))
    result.contents |= payload_contents::kRepeatedKeys;
  return result;
}

bool check_attributes(std::span<std::uint64_t> untrusted) {
  return check_elements(untrusted, detail::is_attribute);
}

}  // namespace nanospan::decode

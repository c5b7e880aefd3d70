// Attributes: a key and a value, as the user gives them and as an exporter reads them.
//
// Source: OpenTelemetry common/README.md "Attribute". Values that the specification allows beyond
// these (nested arrays and maps) have room in the region's format and no way in yet.
// Threads: values. Memory: views; nothing is copied until a span takes the attribute.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace nanospan {

class Key;

// A list of strings: the user's, or as a record packs them (u32 length, bytes, …).
class StringList {
 public:
  constexpr StringList() noexcept = default;
  constexpr StringList(std::span<const std::string_view> views) noexcept
      : views_(views.data()), size_(views.size()) {}
  constexpr StringList(std::span<const std::string> strings) noexcept
      : kind_(Kind::kStrings), strings_(strings.data()), size_(strings.size()) {}
  // `packed` was checked by whoever decoded it: whole elements only.
  static StringList from_packed(const std::byte* packed, std::size_t bytes) noexcept {
    StringList list;
    list.kind_ = Kind::kPacked;
    list.packed_ = packed;
    list.size_ = bytes;
    return list;
  }

  template <typename F>
  void for_each(F&& f) const {
    if (kind_ != Kind::kPacked) {
      for (std::size_t i = 0; i < size_; ++i)
        f(kind_ == Kind::kViews ? views_[i] : std::string_view(strings_[i]));
      return;
    }
    for (std::size_t at = 0; at < size_;) {
      std::uint32_t bytes;
      std::memcpy(&bytes, packed_ + at, sizeof(bytes));
      f(std::string_view(reinterpret_cast<const char*>(packed_ + at + sizeof(bytes)), bytes));
      at += sizeof(bytes) + bytes;
    }
  }

 private:
  enum class Kind : std::uint8_t { kViews, kStrings, kPacked };
  Kind kind_ = Kind::kViews;
  union {
    const std::string_view* views_ = nullptr;
    const std::string* strings_;
    const std::byte* packed_;
  };
  std::size_t size_ = 0;  // strings, or bytes when packed
};

enum class ValueType : std::uint8_t {
  kEmpty,
  kString,
  kBool,
  kInt64,
  kDouble,
  kBytes,
  kBoolArray,
  kInt64Array,
  kDoubleArray,
  kStringArray,
};

namespace detail {
template <typename R>
using ElementOf =
    std::remove_cv_t<typename decltype(std::span(std::declval<const R&>()))::element_type>;
template <typename T, typename... Of>
concept OneOf = (std::same_as<T, Of> || ...);
// Contiguous, so not std::vector<bool>.
template <typename R>
concept ArrayOfValues = requires {
  typename ElementOf<R>;
}
&&OneOf<ElementOf<R>, std::byte, bool, std::int64_t, double, std::string_view, std::string>;
}  // namespace detail

// A view of one value. Implicit from what it can hold: text, bool, integers, floating point, and
// any contiguous range of std::byte, bool, std::int64_t, double, std::string_view or std::string.
// OpenTelemetry knows integers of 64 bits with a sign alone: an unsigned one above the largest of
// them becomes the largest, which the recorder counts as clipped.
class AttributeValue {
 public:
  constexpr AttributeValue() noexcept {}
  constexpr AttributeValue(std::string_view value) noexcept
      : type_(ValueType::kString), string_(value) {}
  // Null, as getenv() may say, is an empty text.
  constexpr AttributeValue(const char* value) noexcept
      : AttributeValue(value != nullptr ? std::string_view(value) : std::string_view()) {}
  AttributeValue(const std::string& value) noexcept : AttributeValue(std::string_view(value)) {}
  template <std::same_as<bool> B>
  constexpr AttributeValue(B value) noexcept : type_(ValueType::kBool), int_(value ? 1 : 0) {}
  template <std::integral I>
  requires(!std::same_as<I, bool> && sizeof(I) <= 8) constexpr AttributeValue(I value) noexcept
      : type_(ValueType::kInt64),
        is_clipped_(exceeds(value)),
        int_(is_clipped_ ? INT64_MAX : static_cast<std::int64_t>(value)) {}
  template <std::floating_point D>
  constexpr AttributeValue(D value) noexcept
      : type_(ValueType::kDouble), double_(static_cast<double>(value)) {}
  constexpr AttributeValue(std::span<const std::byte> value) noexcept
      : type_(ValueType::kBytes), bytes_(value) {}
  constexpr AttributeValue(std::span<const bool> value) noexcept
      : type_(ValueType::kBoolArray), bools_(value) {}
  constexpr AttributeValue(std::span<const std::int64_t> value) noexcept
      : type_(ValueType::kInt64Array), ints_(value) {}
  constexpr AttributeValue(std::span<const double> value) noexcept
      : type_(ValueType::kDoubleArray), doubles_(value) {}
  constexpr AttributeValue(std::span<const std::string_view> value) noexcept
      : type_(ValueType::kStringArray), strings_(value) {}
  constexpr AttributeValue(std::span<const std::string> value) noexcept
      : type_(ValueType::kStringArray), strings_(value) {}
  constexpr AttributeValue(StringList value) noexcept
      : type_(ValueType::kStringArray), strings_(value) {}
  template <detail::ArrayOfValues R>
  constexpr AttributeValue(const R& values) noexcept
      : AttributeValue(std::span<const detail::ElementOf<R>>(values)) {}

  [[nodiscard]] constexpr ValueType type() const noexcept { return type_; }
  // It stands for a larger number.
  [[nodiscard]] constexpr bool is_clipped() const noexcept { return is_clipped_; }
  // Each asks for the type of its name; any other is a programmer error.
  [[nodiscard]] constexpr std::string_view as_string() const noexcept { return string_; }
  [[nodiscard]] constexpr bool as_bool() const noexcept { return int_ != 0; }
  [[nodiscard]] constexpr std::int64_t as_int64() const noexcept { return int_; }
  [[nodiscard]] constexpr double as_double() const noexcept { return double_; }
  [[nodiscard]] constexpr std::span<const std::byte> as_bytes() const noexcept { return bytes_; }
  [[nodiscard]] constexpr std::span<const bool> as_bools() const noexcept { return bools_; }
  [[nodiscard]] constexpr std::span<const std::int64_t> as_int64s() const noexcept { return ints_; }
  [[nodiscard]] constexpr std::span<const double> as_doubles() const noexcept { return doubles_; }
  [[nodiscard]] constexpr const StringList& as_strings() const noexcept { return strings_; }

 private:
  template <typename I>
  static constexpr bool exceeds(I value) noexcept {
    if constexpr (std::is_unsigned_v<I> && sizeof(I) == 8)
      return value > static_cast<std::uint64_t>(INT64_MAX);
    else
      return false;
  }

  ValueType type_ = ValueType::kEmpty;
  bool is_clipped_ = false;
  union {
    std::int64_t int_ = 0;
    double double_;
    std::string_view string_;
    std::span<const std::byte> bytes_;
    std::span<const bool> bools_;
    std::span<const std::int64_t> ints_;
    std::span<const double> doubles_;
    StringList strings_;
  };
};

struct Attribute {
  std::string_view key;
  AttributeValue value;
};

// What add_event, add_link and others take: {{"limit", 50}, {"user", name}}, or any contiguous
// range of Attribute. A list in braces lives as long as the expression that it stands in.
class Attributes : public std::span<const Attribute> {
 public:
  constexpr Attributes() noexcept = default;
  constexpr Attributes(std::initializer_list<Attribute> list) noexcept
      : span(list.begin(), list.size()) {}
  template <std::convertible_to<std::span<const Attribute>> R>
  constexpr Attributes(const R& range) noexcept : span(range) {}
};

}  // namespace nanospan

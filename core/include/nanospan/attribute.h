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

namespace nanospan {

class Key;

// A list of strings: of the user's string_views, or as a record packs them (u32 length, bytes, …).
class StringList {
 public:
  constexpr StringList() noexcept = default;
  constexpr StringList(std::span<const std::string_view> views) noexcept
      : views_(views.data()), size_(views.size()) {}
  // `packed` was checked by whoever decoded it: whole elements only.
  static StringList from_packed(const std::byte* packed, std::size_t bytes) noexcept {
    StringList list;
    list.packed_ = packed;
    list.size_ = bytes;
    return list;
  }

  template <typename F>
  void for_each(F&& f) const {
    if (packed_ == nullptr) {
      for (std::size_t i = 0; i < size_; ++i) f(views_[i]);
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
  const std::string_view* views_ = nullptr;
  const std::byte* packed_ = nullptr;
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

// A view of one value. Implicit from what it can hold; an unsigned 64-bit number above the largest
// int64 becomes its decimal string in no call here: convert it yourself, OTLP has no such type.
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
      : type_(ValueType::kInt64), int_(static_cast<std::int64_t>(value)) {}
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
  constexpr AttributeValue(StringList value) noexcept
      : type_(ValueType::kStringArray), strings_(value) {}

  [[nodiscard]] constexpr ValueType type() const noexcept { return type_; }
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
  ValueType type_ = ValueType::kEmpty;
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
// What set_attribute, add_event and add_link take: {{"limit", 50}, {"user", name}}.
using Attributes = std::span<const Attribute>;
using AttributeList = std::initializer_list<Attribute>;

}  // namespace nanospan

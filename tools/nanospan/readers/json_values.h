// Values of JSON as other people's programs write them: tolerant in what cannot be mistaken.
//
// 64-bit numbers as numbers or texts, enumerations as numbers or names, names of fields in
// lowerCamelCase or snake_case, ids in hex or base64, null for "not set". Strict in what would make
// a wrong span: an id of another length, a text where a number belongs; each throws a Refusal.
// Threads: pure functions. Source: OTLP specification "JSON Protobuf Encoding", protobuf's
// "ProtoJSON Format".
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "readers/piece.h"

namespace nanospan::tools::readers {

using Json = simdjson::dom::element;
using JsonObject = simdjson::dom::object;

// A field's name in lowerCamelCase. The view is good as long as both are.
class FieldName {
 public:
  explicit FieldName(std::string_view untrusted);
  FieldName(const FieldName&) = delete;
  FieldName& operator=(const FieldName&) = delete;
  [[nodiscard]] std::string_view camel() const noexcept { return name_; }

 private:
  static constexpr std::size_t kCharactersMax = 40;
  char buffer_[kCharactersMax];
  std::string_view name_;
};

// f(name, value) for each field that is set. A name that comes twice comes twice.
template <typename F>
void for_each_field(const Json& value, std::string_view what, F&& f) {
  JsonObject object;
  if (value.get_object().get(object) != simdjson::SUCCESS) refuse(what, "is not an object");
  for (const auto field : object) {
    if (!field.value.is_null()) f(FieldName(field.key).camel(), field.value);
  }
}

template <typename F>
void for_each_element(const Json& value, std::string_view what, F&& f) {
  simdjson::dom::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) refuse(what, "is not a list");
  for (const Json element : array) f(element);
}

[[nodiscard]] std::string_view text_of(const Json& value, std::string_view field);
[[nodiscard]] std::int64_t int64_of(const Json& value, std::string_view field);
[[nodiscard]] std::uint64_t uint64_of(const Json& value, std::string_view field);
[[nodiscard]] std::uint32_t uint32_of(const Json& value, std::string_view field);
[[nodiscard]] double real_of(const Json& value, std::string_view field);
// true, "true", "True".
[[nodiscard]] bool bool_of(const Json& value, std::string_view field);
// Appends what base64 of either alphabet stands for, padded or not.
void append_base64(std::string_view text, std::string_view field, std::string& out);

// `bytes` bytes (16 at most), or none when the text is empty.
class Id {
 public:
  Id() = default;
  Id(const Json& value, std::string_view field, std::size_t bytes);
  // Hex without its leading zeros, as Jaeger writes it.
  static Id from_short_hex(std::string_view digits, std::string_view field, std::size_t bytes);
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_, size_}; }
  [[nodiscard]] bool is_set() const noexcept { return size_ != 0; }

 private:
  bool set_from_hex(std::string_view digits);

  char bytes_[16] = {};
  std::size_t size_ = 0;
};

// A number, or its name in any case, with `prefix` or without.
[[nodiscard]] std::int32_t enumeration_of(const Json& value, std::string_view field,
                                          std::string_view prefix,
                                          std::initializer_list<std::string_view> names);

}  // namespace nanospan::tools::readers

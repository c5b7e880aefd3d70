#include "config/resource.h"

#include "base/utf8.h"

namespace nanospan::config {
namespace {

constexpr std::string_view kServiceName = "service.name";

}  // namespace

OwnedAttribute& attribute_of(Attributes& attributes, std::string_view key) {
  for (OwnedAttribute& each : attributes)
    if (each.key == key) return each;
  OwnedAttribute& made = attributes.emplace_back();
  made.key = key;
  return made;
}

void set_text(Attributes& attributes, std::string_view key, std::string_view value) {
  OwnedAttribute& attribute = attribute_of(attributes, key);
  attribute.type = ValueType::kString;
  attribute.text.clear();
  base::append_valid_utf8(value, attribute.text);
}

void set_number(Attributes& attributes, std::string_view key, std::int64_t value) {
  OwnedAttribute& attribute = attribute_of(attributes, key);
  attribute.type = ValueType::kInt64;
  attribute.number = value;
}

std::string_view find_text(const Resource& resource, std::string_view key) noexcept {
  for (const OwnedAttribute& each : resource.attributes) {
    if (each.key == key && each.type == ValueType::kString) return each.text;
  }
  return {};
}

Resource make_resource(const EnvironmentSettings& environment, const Attributes& user,
                       std::string_view service_name) {
  Resource resource = detect_resource();
  Attributes& all = resource.attributes;
  for (const OwnedAttribute& each : environment.resource_attributes)
    set_text(all, each.key, each.text);
  if (!environment.service_name.empty()) set_text(all, kServiceName, environment.service_name);
  for (const OwnedAttribute& each : user) attribute_of(all, each.key) = each;
  if (!service_name.empty()) set_text(all, kServiceName, service_name);
  return resource;
}

}  // namespace nanospan::config

#include "config/resource.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"

namespace nanospan::config {
namespace {

constexpr std::string_view kServiceName = "service.name";

OwnedAttribute* find(Resource& resource, std::string_view key) {
  const auto found = std::find_if(resource.attributes.begin(), resource.attributes.end(),
                                  [key](const OwnedAttribute& each) { return each.key == key; });
  return found == resource.attributes.end() ? nullptr : &*found;
}

void set(Resource& resource, OwnedAttribute attribute) {
  if (OwnedAttribute* const same = find(resource, attribute.key))
    *same = std::move(attribute);
  else
    resource.attributes.push_back(std::move(attribute));
}

}  // namespace

OwnedAttribute text_attribute(std::string_view key, std::string_view value) {
  OwnedAttribute attribute;
  attribute.key = key;
  attribute.type = ValueType::kString;
  base::append_valid_utf8(value, attribute.text);
  return attribute;
}

OwnedAttribute number_attribute(std::string_view key, std::int64_t value) {
  OwnedAttribute attribute;
  attribute.key = key;
  attribute.type = ValueType::kInt64;
  attribute.number = value;
  return attribute;
}

std::string_view find_text(const Resource& resource, std::string_view key) noexcept {
  for (const OwnedAttribute& each : resource.attributes) {
    if (each.key == key && each.type == ValueType::kString) return each.text;
  }
  return {};
}

Resource merge(Resource base, Resource updating) {
  for (OwnedAttribute& attribute : updating.attributes) set(base, std::move(attribute));
  if (base.schema_url.empty()) {
    base.schema_url = std::move(updating.schema_url);
  } else if (!updating.schema_url.empty() && base.schema_url != updating.schema_url) {
    base.schema_url.clear();
  }
  return base;
}

Resource make_resource(const EnvironmentSettings& environment, Resource user,
                       std::string_view service_name) {
  Resource resource = detect_resource();
  for (const auto& [key, value] : environment.resource_attributes)
    set(resource, text_attribute(key, value));
  if (!environment.service_name.empty())
    set(resource, text_attribute(kServiceName, environment.service_name));
  resource = merge(std::move(resource), std::move(user));
  if (!service_name.empty()) set(resource, text_attribute(kServiceName, service_name));
  return resource;
}

}  // namespace nanospan::config

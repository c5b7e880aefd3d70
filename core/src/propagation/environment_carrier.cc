#include "nanospan/environment_carrier.h"

#include <unistd.h>

#include <algorithm>

#include "config/environment.h"

namespace nanospan {
namespace {

bool is_of(std::string_view variable, std::string_view name) noexcept {
  return variable.size() > name.size() && variable[name.size()] == '=' &&
         variable.starts_with(name);
}

}  // namespace

std::string environment_name(std::string_view key) {
  std::string name;
  if (key.empty() || (key.front() >= '0' && key.front() <= '9')) name += '_';
  for (const char c : key) {
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += is_lower ? static_cast<char>(c - 'a' + 'A') : is_kept ? c : '_';
  }
  return name;
}

const char* ProcessEnvironment::get(std::string_view key) const {
  return config::process_environment(environment_name(key).c_str());
}

EnvironmentCarrier EnvironmentCarrier::of_process() {
  EnvironmentCarrier carrier;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at)
    carrier.variables_.emplace_back(*at);
  return carrier;
}

const char* EnvironmentCarrier::get(std::string_view key) const {
  const std::string name = environment_name(key);
  for (const std::string& variable : variables_) {
    if (is_of(variable, name)) return variable.c_str() + name.size() + 1;
  }
  return nullptr;
}

void EnvironmentCarrier::set(std::string_view key, std::string_view value) {
  erase(key);
  // What is behind a NUL no process would see.
  variables_.push_back(
      environment_name(key).append(1, '=').append(value.substr(0, value.find('\0'))));
}

void EnvironmentCarrier::erase(std::string_view key) {
  const std::string name = environment_name(key);
  std::erase_if(variables_, [&](const std::string& variable) { return is_of(variable, name); });
}

std::vector<char*> EnvironmentCarrier::envp() {
  std::vector<char*> pointers;
  pointers.reserve(variables_.size() + 1);
  for (std::string& variable : variables_) pointers.push_back(variable.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace nanospan

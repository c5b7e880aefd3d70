#include "analysis/what_if.h"

#include <charconv>

#include "terminal/text.h"

namespace nanospan::tools::analysis {

Result<WhatIf> parse_what_if(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  WhatIf what_if;
  what_if.text = text;
  bool is_sound = equals != std::string::npos && equals != 0;
  if (is_sound) {
    what_if.callsite = text.substr(0, equals);
    const char* const end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data() + equals + 1, end, what_if.factor);
    is_sound = error == std::errc() && last == end && what_if.factor >= 0 &&
               what_if.factor <= WhatIf::kFactorMax;
  }
  if (!is_sound)
    return Status::failure("'" + printable(text) +
                           "' is not SERVICE/SPAN=FACTOR with a factor of 0 to 1000, as in "
                           "'task-service/db: query=0.5'");
  return what_if;
}

bool is_named(const TraceSet& set, CallsiteId callsite, std::string_view wanted) {
  const std::string_view service = set.text(set.callsite(callsite).service);
  const std::string_view name = set.text(set.callsite(callsite).name);
  if (wanted == name) return true;
  return wanted.size() == service.size() + 1 + name.size() && wanted.starts_with(service) &&
         wanted[service.size()] == '/' && wanted.ends_with(name);
}

std::vector<CallsiteId> find_callsites(const TraceSet& set, std::string_view wanted) {
  std::vector<CallsiteId> found;
  for (std::uint32_t i = 0; i < set.callsite_count(); ++i) {
    if (is_named(set, CallsiteId{i}, wanted)) found.push_back(CallsiteId{i});
  }
  return found;
}

}  // namespace nanospan::tools::analysis

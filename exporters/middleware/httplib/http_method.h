// The methods that the HTTP conventions know, each a number; all others are one.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace nanospan::detail {

inline constexpr std::array<std::string_view, 9> kHttpMethods = {
    "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE"};
inline constexpr std::size_t kOtherHttpMethod = kHttpMethods.size();

// Case counts, as in HTTP itself. Source: RFC 9110 section 9.1.
[[nodiscard]] constexpr std::size_t http_method_index(std::string_view untrusted_method) noexcept {
  for (std::size_t i = 0; i < kHttpMethods.size(); ++i)
    if (kHttpMethods[i] == untrusted_method) return i;
  return kOtherHttpMethod;
}

}  // namespace nanospan::detail

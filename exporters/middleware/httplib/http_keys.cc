#include "middleware/httplib/http_keys.h"

#include <array>
#include <charconv>
#include <utility>

#include "middleware/httplib/http_method.h"

namespace nanospan::detail {
namespace {

// Values that are the same text each time.
template <std::size_t... I>
constexpr std::array<Key, sizeof...(I) + 1> make_values(std::index_sequence<I...>) {
  return {Key{kHttpMethods[I]}..., Key{"_OTHER"}};
}
constinit auto method_values = make_values(std::make_index_sequence<kOtherHttpMethod>());

}  // namespace

void set_http_method(ScopedSpan& span, std::size_t index, std::string_view untrusted_method) {
  span.set_attribute(http_key::request_method, method_values[index]);
  if (index == kOtherHttpMethod)
    span.set_attribute(http_key::request_method_original, untrusted_method);
}

void set_http_status(ScopedSpan& span, int status) noexcept {
  span.set_attribute(http_key::response_status_code, status);
}

void set_http_error(ScopedSpan& span, int status) noexcept {
  char text[12];
  const auto end = std::to_chars(text, text + sizeof(text), status).ptr;
  span.set_attribute(http_key::error_type,
                     std::string_view(text, static_cast<std::size_t>(end - text)));
  span.set_status(StatusCode::kError);
}

void set_protocol_version(ScopedSpan& span, std::string_view version) {
  constexpr std::string_view kHttp = "HTTP/";
  if (version.starts_with(kHttp)) version.remove_prefix(kHttp.size());
  if (!version.empty()) span.set_attribute(http_key::protocol_version, version);
}

}  // namespace nanospan::detail

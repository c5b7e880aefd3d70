// The keys of the HTTP conventions, and what both kinds of span record alike.
//
// Source: OpenTelemetry semantic-conventions docs/http/http-spans.md, docs/registry/attributes.
#pragma once

#include <string_view>

#include "nanospan/span.h"

namespace nanospan::detail {

namespace http_key {
inline constinit Key request_method{"http.request.method"};
inline constinit Key request_method_original{"http.request.method_original"};
inline constinit Key request_resend_count{"http.request.resend_count"};
inline constinit Key response_status_code{"http.response.status_code"};
inline constinit Key route{"http.route"};
inline constinit Key url_scheme{"url.scheme"};
inline constinit Key url_path{"url.path"};
inline constinit Key url_query{"url.query"};
inline constinit Key url_full{"url.full"};
inline constinit Key url_template{"url.template"};
inline constinit Key server_address{"server.address"};
inline constinit Key server_port{"server.port"};
inline constinit Key client_address{"client.address"};
inline constinit Key protocol_version{"network.protocol.version"};
inline constinit Key user_agent{"user_agent.original"};
inline constinit Key error_type{"error.type"};
}  // namespace http_key

inline constexpr const char* kHttplibScopeName = "nanospan.httplib";

// Its index; an unknown one is recorded as "_OTHER" beside what was sent.
void set_http_method(ScopedSpan& span, std::size_t index, std::string_view untrusted_method);
void set_http_status(ScopedSpan& span, int status) noexcept;
// That a status of this number is an error, of the number's kind.
void set_http_error(ScopedSpan& span, int status) noexcept;
// "HTTP/1.1" and "1.1" are the same.
void set_protocol_version(ScopedSpan& span, std::string_view version);
[[nodiscard]] constexpr int default_http_port(bool is_secure) noexcept {
  return is_secure ? 443 : 80;
}

}  // namespace nanospan::detail

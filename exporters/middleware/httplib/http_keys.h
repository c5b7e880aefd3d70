// The keys of the HTTP conventions, and what both kinds of span record alike.
//
// Source: OpenTelemetry semantic-conventions docs/http/http-spans.md, docs/registry/attributes.
#pragma once

#include <string_view>

#include "nanospan/span.h"

namespace nanospan::detail {

inline constinit Key kHttpRequestMethod{"http.request.method"};
inline constinit Key kHttpRequestMethodOriginal{"http.request.method_original"};
inline constinit Key kHttpRequestResendCount{"http.request.resend_count"};
inline constinit Key kHttpResponseStatusCode{"http.response.status_code"};
inline constinit Key kHttpRouteKey{"http.route"};
inline constinit Key kUrlScheme{"url.scheme"};
inline constinit Key kUrlPath{"url.path"};
inline constinit Key kUrlQuery{"url.query"};
inline constinit Key kUrlFull{"url.full"};
inline constinit Key kUrlTemplate{"url.template"};
inline constinit Key kServerAddress{"server.address"};
inline constinit Key kServerPort{"server.port"};
inline constinit Key kClientAddress{"client.address"};
inline constinit Key kNetworkProtocolVersion{"network.protocol.version"};
inline constinit Key kUserAgentOriginal{"user_agent.original"};
inline constinit Key kErrorType{"error.type"};

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

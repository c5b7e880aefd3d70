// Spans by OpenTelemetry's HTTP conventions, whatever library speaks HTTP: middleware/httplib.h is
// written with these.
//
// Why no type of an HTTP library stands here: what is compiled of this component then fits every
// version of it, and any set of its options.
// Threads: a span belongs to the thread that made it; routes are found and used by any.
// Memory: of a request none, but where its URL has more than 1 KiB or a secret to hide. A route is
// kept for the life of the process: one for each text at each place that names it, so that text is
// never a request's.
// Source: OpenTelemetry semantic-conventions docs/http/http-spans.md, stable.
#pragma once

#include <string_view>

#include "nanospan/carrier.h"
#include "nanospan/context.h"
#include "nanospan/detail/compiler.h"
#include "nanospan/span.h"

namespace nanospan::detail {

// Where the source names a route.
struct SourcePlace {
  const char* file;
  unsigned line;
  const char* function;
};

// What http_route() made; its callsites are of a type that no user's own may have as a member.
class HttpRoute {
 public:
  HttpRoute(const HttpRoute&) = delete;
  HttpRoute& operator=(const HttpRoute&) = delete;

 protected:
  HttpRoute() = default;
  ~HttpRoute() = default;
};
// The same one for the same route and place. An empty route: spans are named by the method alone.
[[nodiscard]] NANOSPAN_EXPORT HttpRoute& http_route(std::string_view route,
                                                    const SourcePlace& place);

// "host:port" in two; port 0: none is named. An address of IPv6 loses its brackets.
struct HttpHost {
  std::string_view address;
  int port = 0;
};
[[nodiscard]] NANOSPAN_EXPORT HttpHost parse_http_host(std::string_view untrusted_host) noexcept;

// Views, read by the constructor of the span alone. What is empty is not recorded.
struct HttpServerRequest {
  std::string_view method = {};
  std::string_view target = {};  // path and query, as sent
  std::string_view host;         // the header of that name
  bool is_secure = false;
  std::string_view protocol_version = {};  // "HTTP/1.1", or the number alone
  std::string_view client_address = {};
  std::string_view user_agent = {};
};

// A request that is being answered: current on its thread, below the caller's span, with the values
// (baggage) that came along.
class [[nodiscard]] HttpServerSpan {
 public:
  NANOSPAN_EXPORT HttpServerSpan(HttpRoute& route, const HttpServerRequest& request,
                                 CarrierReader headers);
  // 5xx is an error. Source: http-spans.md "Status".
  NANOSPAN_EXPORT void answer(int status) noexcept;
  // To be called where what the handler threw is caught; the answer is `status`.
  NANOSPAN_EXPORT void fail(std::string_view message, int status) noexcept;

 private:
  ContextScope caller_;
  ScopedSpan span_;
};

// As of a server's: views, read by the constructor.
struct HttpClientRequest {
  std::string_view method = {};
  HttpHost server = {};
  bool is_secure = false;
  std::string_view target = {};        // path and query
  std::string_view url_template = {};  // of few values: part of the span's name
  int resend_count = 0;
};

// A request on its way: current on its thread until it is answered.
class [[nodiscard]] HttpClientSpan {
 public:
  NANOSPAN_EXPORT explicit HttpClientSpan(const HttpClientRequest& request);
  // 4xx and 5xx are errors. `protocol_version` as of a server's request.
  NANOSPAN_EXPORT void answer(int status, std::string_view protocol_version) noexcept;
  // There was no answer. `error`: of few values.
  NANOSPAN_EXPORT void fail(std::string_view error) noexcept;

 private:
  ScopedSpan span_;
};

}  // namespace nanospan::detail

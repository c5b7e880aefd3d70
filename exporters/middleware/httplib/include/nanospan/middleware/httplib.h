// cpp-httplib's servers and clients, traced by OpenTelemetry's HTTP conventions.
//
//   server.Get(R"(/tasks/(\d+))", nanospan::traced("/tasks/{id}", get_task));
//   server.Get(".*", nanospan::traced("", not_found));     what no route matched: named "GET"
//
//   nanospan::TracedClient client("http://tasks:8080");    in place of a httplib::Client
//   const httplib::Result result = client.Get({"/tasks/7", {.url_template = "/tasks/{id}"}});
//
// Why a handler is wrapped, and not the server: a request of cpp-httplib does not know its route,
// and hooks of the server are the application's. Whatever takes a `Handler` takes a traced one.
// Formats of the headers: global_propagator(). Threads: as cpp-httplib's own.
// Errors: none of ours; what a handler throws is recorded and thrown on.
// Source: OpenTelemetry semantic-conventions docs/http/http-spans.md.
#pragma once

#include <httplib.h>

#include <concepts>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "nanospan/middleware/detail/http_spans.h"
#include "nanospan/propagator.h"

namespace nanospan {

namespace detail {

// Under no option of cpp-httplib does a request have `ssl` but under that of TLS.
template <typename Request>
bool is_secure(const Request& request) noexcept {
  if constexpr (requires { request.ssl; })
    return request.ssl != nullptr;
  else
    return false;
}

inline std::string_view first_header(const httplib::Headers& headers, const char* name) {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

inline HttpServerRequest describe(const httplib::Request& request) {
  return {.method = request.method,
          .target = request.target,
          .host = first_header(request.headers, "Host"),
          .is_secure = is_secure(request),
          .protocol_version = request.version,
          .client_address = request.remote_addr,
          .user_agent = first_header(request.headers, "User-Agent")};
}

template <typename Handler>
class TracedHandler {
 public:
  TracedHandler(HttpRoute& route, Handler handler) : route_(&route), handler_(std::move(handler)) {}

  template <typename... More>
  requires std::invocable<Handler&, const httplib::Request&, httplib::Response&, More...>
  void operator()(const httplib::Request& request, httplib::Response& response, More&&... more) {
    HttpServerSpan span(*route_, describe(request), request.headers);
    try {
      handler_(request, response, std::forward<More>(more)...);
    } catch (const std::exception& error) {
      span.fail(error.what(), kThrown);
      throw;
    } catch (...) {
      span.fail({}, kThrown);
      throw;
    }
    span.answer(response.status > 0 ? response.status : request.ranges.empty() ? 200 : 206);
  }

 private:
  static constexpr int kThrown = 500;  // what cpp-httplib answers, without an exception handler

  HttpRoute* route_;
  Handler handler_;
};

// Headers, or parameters, as the first argument behind the path make an overload of their own.
template <typename Type, typename... More>
inline constexpr bool kFirstIs = false;
template <typename Type, typename First, typename... More>
inline constexpr bool kFirstIs<Type, First, More...> =
    std::same_as<std::remove_cvref_t<First>, Type>;

}  // namespace detail

// `handler` in a server span, named by the request's method and `route`: the pattern given to the
// server, or what reads better ("/tasks/{id}"); never the path of a request. An empty route is for
// handlers of whatever has none, and leaves the method as the name. It lasts until the handler
// returns: what a content provider writes is sent afterwards. The rest is for the callsite.
template <typename Handler>
[[nodiscard]] auto traced(std::string_view route, Handler handler,
                          const char* file = __builtin_FILE(), unsigned line = __builtin_LINE(),
                          const char* function = __builtin_FUNCTION()) {
  return detail::TracedHandler<Handler>(detail::http_route(route, {file, line, function}),
                                        std::move(handler));
}

struct CallOptions {
  // The path with its variable parts by name: "/tasks/{id}". It names the span, and is one of few.
  std::string_view url_template = {};
  // How often this request was sent before: of a retry 1, 2, …
  int resend_count = 0;
};

// What is asked for: a path, with its query, or that and options in braces.
struct RequestTarget {
  // NOLINTBEGIN(bugprone-forwarding-reference-overload): no target is text
  template <typename Path>
  requires std::constructible_from<std::string, Path> RequestTarget(
      Path&& path_, const CallOptions& options_ = {})
      : path(std::forward<Path>(path_)), options(options_) {}
  // NOLINTEND(bugprone-forwarding-reference-overload)

  std::string path;
  CallOptions options;
};

// A httplib::Client whose requests are client spans and carry the context. Its settings are those
// of the base; requests are made by the functions below, with the arguments of the base's, and are
// one span each, redirects that the client follows included. httplib::to_string() of a failed
// connection is the span's error.type.
class TracedClient : public httplib::Client {
 public:
  explicit TracedClient(const std::string& scheme_host_port)
      : httplib::Client(scheme_host_port), is_secure_(scheme_host_port.starts_with("https://")) {
    const std::size_t scheme = scheme_host_port.find("://");
    remember(detail::parse_http_host(
        std::string_view(scheme_host_port).substr(scheme == std::string::npos ? 0 : scheme + 3)));
  }
  TracedClient(const std::string& host, int port) : httplib::Client(host, port) {
    remember({host, port});
  }

  // NOLINTBEGIN(readability-identifier-naming): cpp-httplib's names
  template <typename... More>
  httplib::Result Get(const RequestTarget& target, httplib::Headers headers, More&&... more) {
    return call("GET", target, headers,
                [&] { return Client::Get(target.path, headers, std::forward<More>(more)...); });
  }
  template <typename... More>
  requires(!detail::kFirstIs<httplib::Headers, More...> &&
           !detail::kFirstIs<httplib::Params, More...>) httplib::Result
      Get(const RequestTarget& target, More&&... more) {
    return Get(target, httplib::Headers(), std::forward<More>(more)...);
  }
  template <typename... More>
  httplib::Result Get(const RequestTarget& target, const httplib::Params& params,
                      httplib::Headers headers, More&&... more) {
    return Get({httplib::append_query_params(target.path, params), target.options},
               std::move(headers), std::forward<More>(more)...);
  }
  template <typename... More>
  httplib::Result Head(const RequestTarget& target, httplib::Headers headers, More&&... more) {
    return call("HEAD", target, headers,
                [&] { return Client::Head(target.path, headers, std::forward<More>(more)...); });
  }
  template <typename... More>
  requires(!detail::kFirstIs<httplib::Headers, More...>) httplib::Result
      Head(const RequestTarget& target, More&&... more) {
    return Head(target, httplib::Headers(), std::forward<More>(more)...);
  }
  template <typename... More>
  httplib::Result Post(const RequestTarget& target, httplib::Headers headers, More&&... more) {
    return call("POST", target, headers,
                [&] { return Client::Post(target.path, headers, std::forward<More>(more)...); });
  }
  template <typename... More>
  requires(!detail::kFirstIs<httplib::Headers, More...>) httplib::Result
      Post(const RequestTarget& target, More&&... more) {
    return Post(target, httplib::Headers(), std::forward<More>(more)...);
  }
  template <typename... More>
  httplib::Result Put(const RequestTarget& target, httplib::Headers headers, More&&... more) {
    return call("PUT", target, headers,
                [&] { return Client::Put(target.path, headers, std::forward<More>(more)...); });
  }
  template <typename... More>
  requires(!detail::kFirstIs<httplib::Headers, More...>) httplib::Result
      Put(const RequestTarget& target, More&&... more) {
    return Put(target, httplib::Headers(), std::forward<More>(more)...);
  }
  template <typename... More>
  httplib::Result Patch(const RequestTarget& target, httplib::Headers headers, More&&... more) {
    return call("PATCH", target, headers,
                [&] { return Client::Patch(target.path, headers, std::forward<More>(more)...); });
  }
  template <typename... More>
  requires(!detail::kFirstIs<httplib::Headers, More...>) httplib::Result
      Patch(const RequestTarget& target, More&&... more) {
    return Patch(target, httplib::Headers(), std::forward<More>(more)...);
  }
  template <typename... More>
  httplib::Result Delete(const RequestTarget& target, httplib::Headers headers, More&&... more) {
    return call("DELETE", target, headers,
                [&] { return Client::Delete(target.path, headers, std::forward<More>(more)...); });
  }
  template <typename... More>
  requires(!detail::kFirstIs<httplib::Headers, More...>) httplib::Result
      Delete(const RequestTarget& target, More&&... more) {
    return Delete(target, httplib::Headers(), std::forward<More>(more)...);
  }
  template <typename... More>
  httplib::Result Options(const RequestTarget& target, httplib::Headers headers, More&&... more) {
    return call("OPTIONS", target, headers,
                [&] { return Client::Options(target.path, headers, std::forward<More>(more)...); });
  }
  template <typename... More>
  requires(!detail::kFirstIs<httplib::Headers, More...>) httplib::Result
      Options(const RequestTarget& target, More&&... more) {
    return Options(target, httplib::Headers(), std::forward<More>(more)...);
  }
  // NOLINTEND(readability-identifier-naming)

  // Any method; `options` as of the others.
  httplib::Result send(httplib::Request request, const CallOptions& options = {}) {
    return call(request.method, {request.path, options}, request.headers,
                [&] { return Client::send(request); });
  }

 private:
  using Client = httplib::Client;

  void remember(const detail::HttpHost& host) {
    address_ = host.address;
    port_ = host.port;
  }

  template <typename Send>
  httplib::Result call(std::string_view method, const RequestTarget& target,
                       httplib::Headers& headers, Send&& send_it) {
    detail::HttpClientSpan span({.method = method,
                                 .server = {address_, port_},
                                 .is_secure = is_secure_,
                                 .target = target.path,
                                 .url_template = target.options.url_template,
                                 .resend_count = target.options.resend_count});
    global_propagator().inject(current_context(), headers);
    httplib::Result result = send_it();
    if (result)
      span.answer(result->status, result->version);
    else
      span.fail(httplib::to_string(result.error()));
    return result;
  }

  std::string address_;
  int port_ = 0;
  bool is_secure_ = false;
};

}  // namespace nanospan

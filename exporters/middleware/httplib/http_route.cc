#include "middleware/httplib/http_route.h"

#include <mutex>

#include "middleware/httplib/http_keys.h"

namespace nanospan::detail {
namespace {

// "{method} {route}". Source: http-spans.md "Name".
std::string span_name(std::size_t method, const std::string& route) {
  std::string name(method == kOtherHttpMethod ? "HTTP" : kHttpMethods[method]);
  return route.empty() ? name : name.append(1, ' ').append(route);
}

}  // namespace

ServerRoute::MethodSite::MethodSite(const ServerRoute& route, std::size_t method)
    : name(span_name(method, route.route_)),
      callsite(name.c_str(), route.file_.c_str(), route.line_, route.function_.c_str(),
               {.kind = SpanKind::kServer, .scope = {kHttplibScopeName, NANOSPAN_VERSION}}) {}

ServerRoute::ServerRoute(std::string_view route, const SourcePlace& place)
    : route_(route), file_(place.file), function_(place.function), line_(place.line), key_(route_) {
  for (std::size_t method = 0; method <= kOtherHttpMethod; ++method)
    sites_.emplace_back(*this, method);
}

HttpRoute& http_route(std::string_view route, const SourcePlace& place) {
  struct NANOSPAN_HIDDEN Routes {
    std::mutex mutex;
    std::deque<ServerRoute> all;
  };
  // Never destroyed: a handler may run until the process is gone.
  static Routes& routes = *new Routes;
  const std::lock_guard lock(routes.mutex);
  for (ServerRoute& known : routes.all)
    if (known.stands_at(route, place)) return known;
  return routes.all.emplace_back(route, place);
}

}  // namespace nanospan::detail

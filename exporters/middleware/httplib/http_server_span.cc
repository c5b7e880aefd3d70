#include <cxxabi.h>

#include <array>
#include <typeinfo>

#include "middleware/httplib/http_keys.h"
#include "middleware/httplib/http_route.h"
#include "middleware/httplib/http_url.h"
#include "nanospan/propagator.h"

namespace nanospan::detail {
namespace {

constinit Key http_scheme{"http"}, https_scheme{"https"};

void set_url(ScopedSpan& span, const HttpServerRequest& request) {
  const PathAndQuery url = split_target(request.target);
  span.set_attribute(http_key::url_scheme, request.is_secure ? https_scheme : http_scheme);
  span.set_attribute(http_key::url_path, url.path);
  if (url.query.empty()) return;
  std::array<std::byte, 1024> space;
  std::pmr::monotonic_buffer_resource memory(space.data(), space.size());
  std::pmr::string redacted(&memory);
  span.set_attribute(http_key::url_query, without_secrets(url.query, redacted));
}

void set_peers(ScopedSpan& span, const HttpServerRequest& request) {
  const HttpHost host = parse_http_host(request.host);
  if (!host.address.empty()) {
    span.set_attribute(http_key::server_address, host.address);
    span.set_attribute(http_key::server_port,
                       host.port != 0 ? host.port : default_http_port(request.is_secure));
  }
  if (!request.client_address.empty())
    span.set_attribute(http_key::client_address, request.client_address);
  if (!request.user_agent.empty()) span.set_attribute(http_key::user_agent, request.user_agent);
}

}  // namespace

HttpServerSpan::HttpServerSpan(HttpRoute& route, const HttpServerRequest& request,
                               CarrierReader headers)
    : caller_(global_propagator().extract(headers, Context::root())),
      span_(static_cast<ServerRoute&>(route).callsite(http_method_index(request.method))) {
  if (!span_.is_recording()) return;
  set_http_method(span_, http_method_index(request.method), request.method);
  if (Key* const text = static_cast<ServerRoute&>(route).route())
    span_.set_attribute(http_key::route, *text);
  set_url(span_, request);
  set_peers(span_, request);
  set_protocol_version(span_, request.protocol_version);
}

void HttpServerSpan::answer(int status) noexcept {
  set_http_status(span_, status);
  if (status >= 500) set_http_error(span_, status);
}

void HttpServerSpan::fail(std::string_view message, int status) noexcept {
  const std::type_info* const thrown = abi::__cxa_current_exception_type();
  const std::string_view type = thrown != nullptr ? readable_type_name(*thrown) : "_OTHER";
  set_http_status(span_, status);
  span_.set_attribute(http_key::error_type, type);
  span_.record_exception(type, message);
  span_.set_status(StatusCode::kError, message);
}

}  // namespace nanospan::detail

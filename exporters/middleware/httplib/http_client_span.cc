#include <array>
#include <charconv>
#include <utility>

#include "middleware/httplib/http_keys.h"
#include "middleware/httplib/http_method.h"
#include "middleware/httplib/http_url.h"
#include "nanospan/middleware/detail/http_spans.h"

namespace nanospan::detail {
namespace {

constexpr Callsite make_site(const char* name) {
  return {name,
          "exporters/middleware/httplib/http_client_span.cc",
          __LINE__,
          "HttpClientSpan",
          {.kind = SpanKind::kClient, .scope = {kHttplibScopeName, NANOSPAN_VERSION}}};
}
template <std::size_t... I>
constexpr std::array<Callsite, sizeof...(I) + 1> make_sites(std::index_sequence<I...>) {
  return {make_site(kHttpMethods[I].data())..., make_site("HTTP")};
}
constinit auto sites = make_sites(std::make_index_sequence<kOtherHttpMethod>());

// A text that is put together; in place, up to 1 KiB.
class Text {
 public:
  template <typename... Parts>
  explicit Text(Parts... parts) {
    (text_.append(parts), ...);
  }
  [[nodiscard]] std::pmr::string& get() noexcept { return text_; }

 private:
  std::array<std::byte, 1024> space_;
  std::pmr::monotonic_buffer_resource memory_{space_.data(), space_.size()};
  std::pmr::string text_{&memory_};
};

// Source: http-spans.md "HTTP client span", url.full.
void set_url(ScopedSpan& span, const HttpClientRequest& request) {
  const PathAndQuery url = split_target(request.target);
  const std::string_view address = request.server.address;
  const bool is_ipv6 = address.find(':') != std::string_view::npos;
  Text text, secret;
  std::pmr::string& full = text.get();
  full.reserve(512);
  full.append(request.is_secure ? "https://" : "http://");
  full.append(is_ipv6 ? "[" : "").append(address).append(is_ipv6 ? "]" : "");
  if (const int port = request.server.port;
      port != 0 && port != default_http_port(request.is_secure)) {
    char digits[12];
    const auto end = std::to_chars(digits, digits + sizeof(digits), port).ptr;
    full.append(1, ':').append(digits, static_cast<std::size_t>(end - digits));
  }
  full.append(url.path);
  if (!url.query.empty()) full.append(1, '?').append(without_secrets(url.query, secret.get()));
  span.set_attribute(http_key::url_full, std::string_view(full));
}

}  // namespace

HttpClientSpan::HttpClientSpan(const HttpClientRequest& request)
    : span_(sites[http_method_index(request.method)]) {
  if (!span_.is_recording()) return;
  const std::size_t method = http_method_index(request.method);
  set_http_method(span_, method, request.method);
  span_.set_attribute(http_key::server_address, request.server.address);
  span_.set_attribute(http_key::server_port, request.server.port != 0
                                                 ? request.server.port
                                                 : default_http_port(request.is_secure));
  set_url(span_, request);
  if (!request.url_template.empty()) {
    span_.set_attribute(http_key::url_template, request.url_template);
    span_.update_name(Text(std::string_view(sites[method].name), " ", request.url_template).get());
  }
  if (request.resend_count > 0)
    span_.set_attribute(http_key::request_resend_count, request.resend_count);
}

void HttpClientSpan::answer(int status, std::string_view protocol_version) noexcept {
  set_protocol_version(span_, protocol_version);
  set_http_status(span_, status);
  if (status >= 400) set_http_error(span_, status);
}

void HttpClientSpan::fail(std::string_view error) noexcept {
  span_.set_attribute(http_key::error_type, error);
  span_.set_status(StatusCode::kError);
}

}  // namespace nanospan::detail

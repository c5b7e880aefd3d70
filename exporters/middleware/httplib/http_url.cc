#include "middleware/httplib/http_url.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "nanospan/middleware/detail/http_spans.h"

namespace nanospan::detail {
namespace {

// Case counts. Signatures of signed URLs of the large clouds.
constexpr std::array<std::string_view, 7> kSecretKeys = {
    "AWSAccessKeyId",   "Signature",           "sig", "X-Goog-Signature", "X-Amz-Signature",
    "X-Amz-Credential", "X-Amz-Security-Token"};

bool is_secret(std::string_view parameter) {
  const std::string_view key = parameter.substr(0, parameter.find('='));
  return key.size() < parameter.size() &&
         std::find(kSecretKeys.begin(), kSecretKeys.end(), key) != kSecretKeys.end();
}

template <typename F>
void for_each_parameter(std::string_view query, F&& visit) {
  for (;;) {
    const std::size_t end = query.find('&');
    visit(query.substr(0, end));
    if (end == std::string_view::npos) return;
    query.remove_prefix(end + 1);
  }
}

}  // namespace

PathAndQuery split_target(std::string_view untrusted_target) noexcept {
  untrusted_target = untrusted_target.substr(0, untrusted_target.find('#'));
  const std::size_t mark = untrusted_target.find('?');
  if (mark == std::string_view::npos) return {untrusted_target, {}};
  return {untrusted_target.substr(0, mark), untrusted_target.substr(mark + 1)};
}

std::string_view without_secrets(std::string_view untrusted_query, std::pmr::string& space) {
  bool has_secret = false;
  for_each_parameter(untrusted_query, [&](std::string_view parameter) {
    has_secret = has_secret || is_secret(parameter);
  });
  if (!has_secret) return untrusted_query;
  space.clear();
  for_each_parameter(untrusted_query, [&](std::string_view parameter) {
    if (!space.empty()) space += '&';
    if (is_secret(parameter))
      space.append(parameter.substr(0, parameter.find('=') + 1)).append("REDACTED");
    else
      space.append(parameter);
  });
  return space;
}

HttpHost parse_http_host(std::string_view untrusted_host) noexcept {
  untrusted_host = untrusted_host.substr(0, untrusted_host.find_first_of("/?#"));
  untrusted_host.remove_prefix(untrusted_host.rfind('@') + 1);  // credentials, if any
  HttpHost host{untrusted_host, 0};
  std::size_t colon = untrusted_host.rfind(':');
  if (untrusted_host.starts_with('[')) {
    const std::size_t bracket = untrusted_host.find(']');
    if (bracket == std::string_view::npos) return {};
    host.address = untrusted_host.substr(1, bracket - 1);
    colon = untrusted_host.find(':', bracket);
  } else {
    host.address = untrusted_host.substr(0, colon);
  }
  if (colon == std::string_view::npos) return host;
  const std::string_view digits = untrusted_host.substr(colon + 1);
  int port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error == std::errc() && end == digits.data() + digits.size() && port > 0 && port < 65536)
    host.port = port;
  return host;
}

}  // namespace nanospan::detail

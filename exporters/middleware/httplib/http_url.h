// What a span says of a URL: its parts, without what is known to be a secret.
//
// Source: OpenTelemetry semantic-conventions docs/registry/attributes/url.md, notes to url.query.
#pragma once

#include <memory_resource>
#include <string>
#include <string_view>

namespace nanospan::detail {

struct PathAndQuery {
  std::string_view path, query;
};
// A fragment is left out: it is not sent.
[[nodiscard]] PathAndQuery split_target(std::string_view untrusted_target) noexcept;

// `query` itself where no value is a secret; else a text in `space`, in which "REDACTED" stands for
// each that is.
[[nodiscard]] std::string_view without_secrets(std::string_view untrusted_query,
                                               std::pmr::string& space);

}  // namespace nanospan::detail

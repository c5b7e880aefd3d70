// A route of a server: a callsite for each method that it may be asked by.
//
// Why callsites and not update_name(): a span then has its name as an id, and needs no room for it.
// Threads: immutable, but for what callsites and keys are themselves. Memory: never freed.
#pragma once

#include <deque>
#include <string>

#include "middleware/httplib/http_method.h"
#include "nanospan/middleware/detail/http_spans.h"

namespace nanospan::detail {

class NANOSPAN_HIDDEN ServerRoute final : public HttpRoute {
 public:
  ServerRoute(std::string_view route, const SourcePlace& place);

  [[nodiscard]] bool stands_at(std::string_view route, const SourcePlace& place) const noexcept {
    return route == route_ && line_ == place.line && file_ == place.file;
  }
  [[nodiscard]] Callsite& callsite(std::size_t method) noexcept { return sites_[method].callsite; }
  // nullptr: it has none.
  [[nodiscard]] Key* route() noexcept { return route_.empty() ? nullptr : &key_; }

 private:
  struct NANOSPAN_HIDDEN MethodSite {
    MethodSite(const ServerRoute& route, std::size_t method);
    std::string name;
    Callsite callsite;
  };

  std::string route_, file_, function_;
  unsigned line_;
  Key key_;                       // a view of route_
  std::deque<MethodSite> sites_;  // by the index of the method
};

}  // namespace nanospan::detail

// The headers of an HTTP request as they came: in order, repeated, names of any case.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/parse.h"

namespace nanospan::conformance {

class HeaderList {
 public:
  using Header = std::pair<std::string, std::string>;

  HeaderList() = default;
  HeaderList(std::initializer_list<Header> headers) : headers_(headers) {}

  void add(std::string_view name, std::string_view value) { headers_.emplace_back(name, value); }
  void set(std::string_view name, std::string_view value) {
    erase(name);
    add(name, value);
  }
  void erase(std::string_view name) {
    std::erase_if(headers_, [name](const Header& header) {
      return base::equal_ignoring_case(header.first, name);
    });
  }
  template <typename F>
  void for_each_value(std::string_view name, F&& visit) const {
    for (const Header& header : headers_) {
      if (base::equal_ignoring_case(header.first, name)) visit(std::string_view(header.second));
    }
  }
  [[nodiscard]] std::size_t count(std::string_view name) const {
    std::size_t found = 0;
    for_each_value(name, [&found](std::string_view) { ++found; });
    return found;
  }

 private:
  std::vector<Header> headers_;
};

}  // namespace nanospan::conformance

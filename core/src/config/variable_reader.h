// VariableReader: one environment variable at a time, with a sentence for each that is no use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.h"

namespace nanospan::config {

// Memory: texts are views of the environment. Threads: one.
class VariableReader {
 public:
  VariableReader(GetEnvironment get_environment, std::vector<std::string>& warnings)
      : get_environment_(get_environment), warnings_(warnings) {}

  // Without blanks at both ends; empty: unset.
  [[nodiscard]] std::string_view text(const char* name) const;
  [[nodiscard]] bool boolean(const char* name, bool unless_set = false);
  [[nodiscard]] std::optional<std::uint64_t> number(const char* name, std::uint64_t at_least = 0);

  // "NAME is "value": `advice`". The value is shortened, and printable.
  void warn(const char* name, std::string_view value, const char* advice);
  // "NAME `sentence`".
  void warn(const char* name, const char* sentence);

 private:
  const GetEnvironment get_environment_;
  std::vector<std::string>& warnings_;
};

}  // namespace nanospan::config

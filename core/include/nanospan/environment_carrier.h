// Contexts in environment variables: TRACEPARENT, TRACESTATE, BAGGAGE, …
//
//   // At start, before there are threads that change the environment:
//   nanospan::ContextScope scope(propagator.extract(nanospan::ProcessEnvironment(), {}));
//
//   // For a child:
//   auto environment = nanospan::EnvironmentCarrier::of_process();
//   propagator.inject(nanospan::current_context(), environment);
//   posix_spawn(&pid, path, nullptr, nullptr, argv, environment.envp().data());
//
// Every process of one's own user can read a process's environment: no secrets.
// Source: OpenTelemetry context/env-carriers.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nanospan/detail/compiler.h"

namespace nanospan {

// The variable of a propagator's key: upper case, '_' for what is neither letter nor digit and
// before a leading digit. "x-b3-traceid" is X_B3_TRACEID.
[[nodiscard]] NANOSPAN_EXPORT std::string environment_name(std::string_view key);

// The process's own, to extract from. Threads: races with setenv(), as getenv() does.
class ProcessEnvironment {
 public:
  [[nodiscard]] NANOSPAN_EXPORT const char* get(std::string_view key) const;
};

// A copy that is changed for a child, since the process's own is no place to write to.
class EnvironmentCarrier {
 public:
  EnvironmentCarrier() = default;  // no variables
  [[nodiscard]] NANOSPAN_EXPORT static EnvironmentCarrier of_process();

  // nullptr: there is none. Valid until a change.
  [[nodiscard]] NANOSPAN_EXPORT const char* get(std::string_view key) const;
  NANOSPAN_EXPORT void set(std::string_view key, std::string_view value);
  NANOSPAN_EXPORT void erase(std::string_view key);

  // "NAME=value", as they were added.
  [[nodiscard]] const std::vector<std::string>& variables() const noexcept { return variables_; }
  // For execve() and posix_spawn(): ends with nullptr; valid until a change.
  [[nodiscard]] NANOSPAN_EXPORT std::vector<char*> envp();

 private:
  std::vector<std::string> variables_;
};

}  // namespace nanospan

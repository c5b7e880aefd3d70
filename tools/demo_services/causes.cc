#include "causes.h"

#include <algorithm>
#include <array>

namespace demo {
namespace {

constexpr std::array<CauseFacts, 5> kFacts = {{
    {Cause::kLock, "lock",
     "task-service writes a copy of its cache to disk now and then, and holds the cache's lock "
     "meanwhile",
     "own", "task-service", "cache: wait for lock"},
    {Cause::kQuery, "query",
     "task-service's query takes time with the square of a user's tasks, and one user in 50 has "
     "very many",
     "call", "task-service", "SELECT ranked_tasks"},
    {Cause::kRetry, "retry",
     "auth-service refuses everybody while it changes its keys, and api-gateway tries again, "
     "waiting twice as long each time",
     "retry", "api-gateway", "POST /verify"},
    {Cause::kQueue, "queue",
     "report-service has two workers; when both of them write an export, the requests behind them "
     "wait",
     "queue", "report-service", "POST /summary"},
    {Cause::kNetwork, "network",
     "the link between task-service and report-service loses packets of one connection in 25, in "
     "either direction, and sends them again",
     "network", "report-service", "POST /summary"},
}};

}  // namespace

const CauseFacts& facts_of(Cause cause) {
  return kFacts.at(static_cast<std::size_t>(cause));
}

std::optional<Cause> cause_of(std::string_view name) {
  const auto* const found = std::find_if(kFacts.begin(), kFacts.end(),
                                         [&](const CauseFacts& one) { return one.name == name; });
  if (found == kFacts.end()) return std::nullopt;
  return found->cause;
}

}  // namespace demo

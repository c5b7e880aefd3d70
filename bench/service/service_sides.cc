#include "service/service_sides.h"

#include <iterator>
#include <string_view>

#include "peers/roster.h"

namespace nanospan::bench {
namespace {

constexpr char kHttplib[] = "cpp-httplib";

ServiceGroup ours() {
  return {
      {"none", "none", 0, true, kHttplib},           {"none, again", "none", 0, false, kHttplib},
      {"0 spans", "nanospan", 0, false, kHttplib},   {"1 span", "nanospan", 1, false, kHttplib},
      {"10 spans", "nanospan", 10, false, kHttplib}, {"20 spans", "nanospan", 20, true, kHttplib},
      {"50 spans", "nanospan", 50, false, kHttplib}};
}

static_assert(std::size(peers::kRoster) + 1 <= kServiceSidesMax);

ServiceGroup peers_with(unsigned spans) {
  constexpr std::string_view kPrefix = "nanospan_";
  ServiceGroup sides = {{"none", "none", 0, false, kHttplib},
                        {"seam", "peer_seam", spans, false, kHttplib}};
  for (const peers::Entry& entry : peers::kRoster) {
    const std::string_view program = entry.program;
    if (program == "nanospan_peer_least") continue;  // it has no span around anything
    const std::string variant(program.substr(kPrefix.size()));
    sides.push_back({variant.substr(variant.find('_') + 1), variant, spans, false,
                     *entry.needs == '\0' ? kHttplib : entry.needs});
  }
  return sides;
}

}  // namespace

const std::vector<ServiceGroup>& service_groups() {
  static const std::vector<ServiceGroup> groups = [] {
    std::vector<ServiceGroup> all = {ours()};
    for (const unsigned spans : kSpansOfPeers) all.push_back(peers_with(spans));
    return all;
  }();
  return groups;
}

}  // namespace nanospan::bench

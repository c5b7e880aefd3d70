#include "service/service_sides.h"

#include <iterator>
#include <string_view>

#include "peers/roster.h"

namespace nanospan::bench {
namespace {

constexpr char kHttplib[] = "cpp-httplib";

ServiceGroup ours() {
  return {{"none", "none", "none", 0, kHttplib},
          {"none, again", "none, again", "none", 0, kHttplib, 3},
          {"1 span", "ours", "nanospan", 1, kHttplib},
          {"0 spans", "ours", "nanospan", 0, kHttplib},
          {"20 spans", "ours", "nanospan", 20, kHttplib, 3},
          {"10 spans", "ours", "nanospan", 10, kHttplib},
          {"50 spans", "ours", "nanospan", 50, kHttplib},
          {"20 spans, undrained", "undrained", "undrained", 20, kHttplib, 3},
          {"busy core", "busy core", "busy_core", 0, kHttplib, 3}};
}

static_assert(std::size(peers::kRoster) + 2 <= kServiceSidesMax);

ServiceGroup peers_with(unsigned spans) {
  constexpr std::string_view kPrefix = "nanospan_";
  ServiceGroup sides = {{"none", "none", "none", 0, kHttplib},
                        {"same_again", "none, again", "none", 0, kHttplib},
                        {"seam", "seam", "peer_seam", spans, kHttplib}};
  for (const peers::Entry& entry : peers::kRoster) {
    const std::string_view program = entry.program;
    if (program == "nanospan_peer_least") continue;  // it has no span around anything
    const std::string variant(program.substr(kPrefix.size()));
    const std::string name = variant.substr(variant.find('_') + 1);
    sides.push_back({name, name, variant, spans, *entry.needs == '\0' ? kHttplib : entry.needs});
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

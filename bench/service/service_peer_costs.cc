// The rows of the peers in the service, one for each peer, number of spans and load.
#include <array>
#include <string>
#include <utility>

#include "service/service_costs.h"
#include "service/service_figure.h"

namespace nanospan::bench {
namespace {

template <std::size_t group, std::size_t side, Load load>
Figure measure(const Effort& effort) {
  return more_than_none({group, side, load}, effort);
}

using Measure = Figure (*)(const Effort&);

template <std::size_t group, Load load, std::size_t... sides>
constexpr std::array<Measure, kServiceSidesMax> measures_of(std::index_sequence<sides...>) {
  return {measure<group, sides, load>...};
}

class Rows {
 public:
  template <std::size_t group, Load load>
  void add() {
    constexpr auto kMeasures =
        measures_of<group, load>(std::make_index_sequence<kServiceSidesMax>());
    const ServiceGroup& sides = service_groups()[group];
    const std::string spans = std::to_string(kSpansOfPeers[group - kFirstOfPeers]);
    const bool is_paced = load == Load::kPaced;
    for (std::size_t side = 1; side < sides.size(); ++side) {
      const char* const name =
          keep_text("service_" + spans + (is_paced ? "/paced/" : "/wrk/") + sides[side].name);
      const char* const what =
          keep_text("CPU a request, " + std::string(is_paced ? "5,000 a second" : "at saturation") +
                    ", more than uninstrumented; spans a request: " + spans);
      rows_.push_back({name, what, "us", kNoBar, kNoAim, false, false, kMeasures[side],
                       is_paced && side == 1 ? 390.0 : 1.0});
    }
  }
  [[nodiscard]] const std::vector<Cost>& all() const { return rows_; }

 private:
  std::vector<Cost> rows_;
};

template <std::size_t... groups>
void add_all(Rows& rows, std::index_sequence<groups...>) {
  (..., (rows.add<kFirstOfPeers + groups, Load::kPaced>(),
         rows.add<kFirstOfPeers + groups, Load::kWrk>()));
}

}  // namespace

std::span<const Cost> service_peer_rows() {
  static const Rows rows = [] {
    Rows all;
    add_all(all, std::make_index_sequence<std::size(kSpansOfPeers)>());
    return all;
  }();
  return rows.all();
}

}  // namespace nanospan::bench

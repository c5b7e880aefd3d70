#include "rows.h"

#include <vector>

#include "cold/cold_costs.h"
#include "loss/loss_costs.h"
#include "programs/program_costs.h"
#include "reading/reading_costs.h"
#include "recipes/recipe_costs.h"
#include "service/service_costs.h"
#include "size/size_costs.h"
#include "spans/span_costs.h"
#include "tails/tail_costs.h"

namespace nanospan::bench {

// The first of the spans' needs a process in which no recorder ever was.
std::span<const Cost> all_rows() {
  static const std::vector<Cost> all = [] {
    std::vector<Cost> rows;
    for (const auto more :
         {span_rows(), reading_rows(), size_rows(), tail_rows(), cold_rows(), loss_rows(),
          service_rows(), service_peer_rows(), program_rows(), recipe_rows()})
      rows.insert(rows.end(), more.begin(), more.end());
    return rows;
  }();
  return all;
}

}  // namespace nanospan::bench

// The order in which the sides of the service take turns.
//
// Each turn of a side has one of the uninstrumented service for a neighbour, before it in one half
// and behind it in the other: A B C A … A C B A. What drifts steadily is in both alike. (Of an odd
// number of sides the last has it before it each time.)
// Threads: any.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace nanospan::bench {

// Of sides 1 and up, by their numbers, as often as they come; 0: the uninstrumented one.
inline std::vector<std::size_t> turn_order(const std::vector<std::size_t>& sides) {
  std::vector<std::size_t> order{0};
  for (std::size_t i = 0; i < sides.size(); ++i) {
    order.push_back(sides[i]);
    if (i % 2 == 1 || i + 1 == sides.size()) order.push_back(0);
  }
  for (std::size_t i = order.size() - 1; i > 0; --i) order.push_back(order[i - 1]);
  return order;
}

// Where the turn of the uninstrumented service is that the turn at `place` is paired with.
inline std::size_t neighbour_of(const std::vector<std::size_t>& order, std::size_t place) {
  return order[place - 1] == 0 ? place - 1 : place + 1;
}

}  // namespace nanospan::bench

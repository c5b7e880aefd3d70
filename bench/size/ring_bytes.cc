// Bytes of ring per span: counted, not timed.
#include "nanospan/detail/lane_control.h"
#include "recording/comparison.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "size/size_costs.h"

namespace nanospan::bench {
namespace {

Figure count_ring_bytes(Loop loop) {
  const Session session(Drained::kNo);
  if (!session.problem().empty()) return problem(session.problem());
  constexpr std::size_t kSpans = 1'000;  // fewer than fit the ring: no padding at its end
  const std::uint64_t before = detail::tls_lane->position;
  loop(kSpans);
  const auto slots = static_cast<double>(detail::tls_lane->position - before);
  const double bytes = slots * sizeof(detail::Slot) / kSpans;
  Figure figure;
  figure.value = {bytes, bytes, bytes};
  figure.samples = {bytes};
  return figure;
}

}  // namespace

Figure measure_ring_bytes_plain(const Effort&) {
  return count_ring_bytes(record_spans);
}

Figure measure_ring_bytes_four_attributes(const Effort&) {
  return count_ring_bytes(record_spans_with_attributes);
}

}  // namespace nanospan::bench

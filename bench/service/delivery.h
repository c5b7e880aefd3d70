// ServiceDelivery: what became of a service's spans, by the word of its recorder.
//
// Threads: any.
#pragma once

#include <cmath>
#include <cstdint>

namespace nanospan::bench {

// Spans; NaN: unknown. Of a turn or several it is what was counted less what was counted before:
// spans that were taken for lost then and came after all make `lost` negative.
struct ServiceDelivery {
  double exported = 0, lost = 0;

  [[nodiscard]] bool is_known() const { return !std::isnan(exported) && !std::isnan(lost); }
  [[nodiscard]] std::uint64_t exported_spans() const { return whole(exported); }
  [[nodiscard]] std::uint64_t lost_spans() const { return whole(lost); }

  ServiceDelivery& operator+=(const ServiceDelivery& more) {
    exported += more.exported;
    lost += more.lost;
    return *this;
  }
  friend ServiceDelivery operator-(const ServiceDelivery& now, const ServiceDelivery& before) {
    return {now.exported - before.exported, now.lost - before.lost};
  }

 private:
  static std::uint64_t whole(double spans) {
    return spans > 0 ? static_cast<std::uint64_t>(spans) : 0;
  }
};

}  // namespace nanospan::bench

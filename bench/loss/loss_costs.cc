#include "loss/loss_costs.h"

namespace nanospan::bench {
namespace {

constexpr bool kLess = false, kMore = true, kAny = false, kLossless = true;

template <std::size_t kKiB>
Figure measure_burst_of(const Effort& effort) {
  return measure_burst(kKiB << 10, effort);
}
template <unsigned kPeriodUs>
Figure measure_polling_each(const Effort& effort) {
  return measure_polling(kPeriodUs, effort);
}
template <unsigned kReaders>
Figure measure_readers_of(const Effort& effort) {
  return measure_readers(kReaders, effort);
}

constexpr char kBurst[] = "longest burst out of silence of which nothing is lost";

constexpr Cost kRows[] = {
    {"lossless_rate", "one writer, one drain core, 4 MiB ring, none lost", "M/s", 10, 20, kMore,
     kLossless, measure_lossless_rate, 30},
    {"lossless_rate/four_attributes", "the same with 4 attributes", "M/s", kNoBar, kNoAim, kMore,
     kLossless, measure_lossless_four_attributes, 30},
    {"loss/burst/64_KiB", kBurst, "spans", kNoBar, kNoAim, kMore, kAny, measure_burst_of<64>, 45},
    {"loss/burst/256_KiB", kBurst, "spans", kNoBar, kNoAim, kMore, kAny, measure_burst_of<256>, 45},
    {"loss/burst/1_MiB", kBurst, "spans", kNoBar, kNoAim, kMore, kAny, measure_burst_of<1024>, 45},
    {"loss/burst/4_MiB", kBurst, "spans", kNoBar, kNoAim, kMore, kAny, measure_burst_of<4096>, 45},
    {"loss/burst/16_MiB", kBurst, "spans", kNoBar, kNoAim, kMore, kAny, measure_burst_of<16384>,
     45},
    {"loss/polling/10_us", "span, a reader that looks every 10 us, 10 M/s", "x F", kNoBar, kNoAim,
     kLess, kAny, measure_polling_each<10>, 25},
    {"loss/polling/100_us", "span, a reader that looks every 100 us, 10 M/s", "x F", kNoBar, kNoAim,
     kLess, kAny, measure_polling_each<100>},
    {"loss/polling/1_ms", "span, a reader that looks every 1 ms, 10 M/s", "x F", kNoBar, kNoAim,
     kLess, kAny, measure_polling_each<1'000>},
    {"loss/polling/10_ms", "span, a reader that looks every 10 ms, 10 M/s", "x F", kNoBar, kNoAim,
     kLess, kAny, measure_polling_each<10'000>},
    {"loss/readers/2", "span, 2 readers that look every 1 ms, 10 M/s", "x F", kNoBar, kNoAim, kLess,
     kAny, measure_readers_of<2>, 30},
    {"loss/readers/4", "span, 4 readers", "x F", kNoBar, kNoAim, kLess, kAny,
     measure_readers_of<4>},
    {"loss/readers/8", "span, 8 readers", "x F", kNoBar, kNoAim, kLess, kAny,
     measure_readers_of<8>},
};

}  // namespace

std::span<const Cost> loss_rows() {
  return kRows;
}

}  // namespace nanospan::bench

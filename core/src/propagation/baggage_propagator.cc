// W3C Baggage as a Propagator.
#include <array>

#include "nanospan/baggage.h"
#include "nanospan/propagator.h"

namespace nanospan {
namespace {

constexpr std::array<std::string_view, 1> kFields = {"baggage"};

// Several headers are one list in several parts; a single one is read where it stands.
Baggage read(const CarrierReader& carrier) {
  std::size_t count = 0;
  Baggage baggage;
  carrier.for_each_value(kFields[0], [&](std::string_view untrusted) {
    if (count++ == 0) baggage = Baggage::parse(untrusted);
  });
  if (count < 2) return baggage;
  std::string joined;
  carrier.for_each_value(kFields[0], [&](std::string_view untrusted) {
    if (joined.size() <= Baggage::kHeaderBytesMax) joined.append(untrusted).append(1, ',');
  });
  return Baggage::parse(joined);
}

class BaggagePropagator final : public Propagator {
 public:
  [[nodiscard]] std::span<const std::string_view> fields() const noexcept override {
    return kFields;
  }
  // The span does not matter: a process may pass on what it does not trace.
  void inject(const Context& context, CarrierWriter carrier) const override {
    const std::string header = baggage_of(context).header();
    if (header.empty())
      carrier.erase(kFields[0]);
    else
      carrier.set(kFields[0], header);
  }
  [[nodiscard]] Context extract(CarrierReader carrier, const Context& context) const override {
    Baggage baggage = read(carrier);
    return baggage.empty() ? context : with_baggage(context, std::move(baggage));
  }
};

}  // namespace

PropagatorPtr baggage_propagator() {
  return std::make_shared<BaggagePropagator>();
}

}  // namespace nanospan

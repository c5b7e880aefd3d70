// W3C Trace Context as a Propagator.
#include <array>

#include "nanospan/propagation.h"
#include "nanospan/propagator.h"

namespace nanospan {
namespace {

class TraceContextPropagator final : public Propagator {
 public:
  [[nodiscard]] std::span<const std::string_view> fields() const noexcept override {
    static constexpr std::array kFields = {kTraceparentKey, kTracestateKey};
    return kFields;
  }
  void inject(const Context& context, CarrierWriter carrier) const override {
    nanospan::inject(context, carrier);
  }
  [[nodiscard]] Context extract(CarrierReader carrier, const Context& context) const override {
    return nanospan::extract(carrier, context);
  }
};

}  // namespace

PropagatorPtr trace_context_propagator() {
  return std::make_shared<TraceContextPropagator>();
}

}  // namespace nanospan

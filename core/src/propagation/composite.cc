#include <algorithm>
#include <utility>

#include "nanospan/propagator.h"

namespace nanospan {
namespace {

class CompositePropagator final : public Propagator {
 public:
  explicit CompositePropagator(std::vector<PropagatorPtr> parts) : parts_(std::move(parts)) {
    std::erase(parts_, nullptr);
    for (const PropagatorPtr& part : parts_) {
      for (const std::string_view field : part->fields()) {
        if (std::find(fields_.begin(), fields_.end(), field) == fields_.end())
          fields_.push_back(field);
      }
    }
  }

  [[nodiscard]] std::span<const std::string_view> fields() const noexcept override {
    return fields_;
  }
  void inject(const Context& context, CarrierWriter carrier) const override {
    for (const PropagatorPtr& part : parts_) part->inject(context, carrier);
  }
  [[nodiscard]] Context extract(CarrierReader carrier, const Context& context) const override {
    Context extracted = context;
    for (const PropagatorPtr& part : parts_) extracted = part->extract(carrier, extracted);
    return extracted;
  }

 private:
  std::vector<PropagatorPtr> parts_;
  std::vector<std::string_view> fields_;
};

}  // namespace

PropagatorPtr composite_propagator(std::vector<PropagatorPtr> parts) {
  return std::make_shared<CompositePropagator>(std::move(parts));
}

}  // namespace nanospan

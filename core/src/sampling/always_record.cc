#include <utility>

#include "base/sentence.h"
#include "base/shared.h"
#include "nanospan/sampler.h"

namespace nanospan {
namespace {

class AlwaysRecordSampler final : public Sampler {
 public:
  explicit AlwaysRecordSampler(SamplerPtr inner) : inner_(std::move(inner)) {}

  SamplingResult should_sample(const SamplingParameters& parameters) const noexcept override {
    SamplingResult result = inner_->should_sample(parameters);
    if (result.decision == SamplingDecision::kDrop) result.decision = SamplingDecision::kRecordOnly;
    return result;
  }
  std::string description() const override {
    return base::sentence("AlwaysRecord{%s}", inner_->description().c_str());
  }
  bool always_samples_roots() const noexcept override { return inner_->always_samples_roots(); }

 private:
  SamplerPtr inner_;
};

}  // namespace

SamplerPtr always_record(SamplerPtr inner) {
  return base::make_shared<AlwaysRecordSampler>(inner ? std::move(inner) : always_off());
}

}  // namespace nanospan

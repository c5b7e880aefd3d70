#include "nanospan/sampler.h"

#include "base/shared.h"

namespace nanospan {

// Here, so that the class has one home for its virtual table.
Sampler::~Sampler() = default;

namespace {

// The same answer to every question.
class ConstantSampler final : public Sampler {
 public:
  ConstantSampler(SamplingDecision decision, std::string_view description)
      : decision_(decision), description_(description) {}

  SamplingResult should_sample(const SamplingParameters&) const noexcept override {
    return {decision_};
  }
  std::string description() const override { return std::string(description_); }
  bool always_samples_roots() const noexcept override {
    return decision_ == SamplingDecision::kRecordAndSample;
  }

 private:
  SamplingDecision decision_;
  std::string_view description_;  // of a literal
};

}  // namespace

SamplerPtr always_on() {
  return base::make_shared<ConstantSampler>(SamplingDecision::kRecordAndSample, "AlwaysOnSampler");
}

SamplerPtr always_off() {
  return base::make_shared<ConstantSampler>(SamplingDecision::kDrop, "AlwaysOffSampler");
}

SamplerPtr record_only() {
  return base::make_shared<ConstantSampler>(SamplingDecision::kRecordOnly, "RecordOnlySampler");
}

}  // namespace nanospan

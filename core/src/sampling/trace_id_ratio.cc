#include <algorithm>
#include <cmath>

#include "base/sentence.h"
#include "base/shared.h"
#include "nanospan/sampler.h"

namespace nanospan {
namespace {

constexpr std::uint64_t kRandomValues = 1ull << 56;  // R is the low 7 bytes of the trace id

std::uint64_t rejection_threshold(double ratio) noexcept {
  return kRandomValues - static_cast<std::uint64_t>(std::llround(ratio * 0x1p56));
}

class TraceIdRatioSampler final : public Sampler {
 public:
  explicit TraceIdRatioSampler(double ratio)
      : ratio_(ratio), threshold_(rejection_threshold(ratio)) {}

  SamplingResult should_sample(const SamplingParameters& parameters) const noexcept override {
    const std::uint64_t random = parameters.trace_id.low & (kRandomValues - 1);
    return {random >= threshold_ ? SamplingDecision::kRecordAndSample : SamplingDecision::kDrop};
  }
  std::string description() const override {
    return base::sentence("TraceIdRatioBased{%.6f}", ratio_);
  }
  bool always_samples_roots() const noexcept override { return threshold_ == 0; }

 private:
  double ratio_;
  std::uint64_t threshold_;
};

}  // namespace

SamplerPtr trace_id_ratio(double ratio) {
  const double share = std::isnan(ratio) ? 1.0 : std::clamp(ratio, 0.0, 1.0);
  return base::make_shared<TraceIdRatioSampler>(share);
}

}  // namespace nanospan

#include <array>
#include <cstddef>
#include <utility>

#include "base/shared.h"
#include "nanospan/sampler.h"

namespace nanospan {
namespace {

class ParentBasedSampler final : public Sampler {
 public:
  ParentBasedSampler(SamplerPtr root, ParentBasedDelegates chosen) {
    all_[0] = std::move(root);
    all_[1] = std::move(chosen.remote_sampled);
    all_[2] = std::move(chosen.remote_not_sampled);
    all_[3] = std::move(chosen.local_sampled);
    all_[4] = std::move(chosen.local_not_sampled);
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (!all_[i]) all_[i] = i == 0 || i % 2 == 1 ? always_on() : always_off();
  }

  SamplingResult should_sample(const SamplingParameters& parameters) const noexcept override {
    return delegate(parameters.parent).should_sample(parameters);
  }
  std::string description() const override {
    static constexpr char kNames[][26] = {
        "ParentBased{root:", ",remoteParentSampled:", ",remoteParentNotSampled:",
        ",localParentSampled:", ",localParentNotSampled:"};
    std::string text;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      text += kNames[i];
      text += all_[i]->description();
    }
    text += "}";
    return text;
  }
  bool always_samples_roots() const noexcept override { return all_[0]->always_samples_roots(); }

 private:
  [[nodiscard]] const Sampler& delegate(const SpanContext& parent) const noexcept {
    if (!parent.is_valid()) return *all_[0];
    return *all_[(parent.is_remote ? 1u : 3u) + (parent.flags.sampled() ? 0u : 1u)];
  }

  std::array<SamplerPtr, 5> all_;  // for roots, then as ParentBasedDelegates
};

}  // namespace

SamplerPtr parent_based(SamplerPtr root, ParentBasedDelegates delegates) {
  return base::make_shared<ParentBasedSampler>(std::move(root), std::move(delegates));
}

}  // namespace nanospan

#include <utility>

#include "base/sentence.h"
#include "nanospan/sampler.h"

namespace nanospan {
namespace {

SamplerPtr or_default(SamplerPtr chosen, SamplerPtr (*make_default)()) {
  return chosen ? std::move(chosen) : make_default();
}

class ParentBasedSampler final : public Sampler {
 public:
  ParentBasedSampler(SamplerPtr root, ParentBasedDelegates delegates)
      : root_(or_default(std::move(root), always_on)),
        remote_sampled_(or_default(std::move(delegates.remote_sampled), always_on)),
        remote_not_sampled_(or_default(std::move(delegates.remote_not_sampled), always_off)),
        local_sampled_(or_default(std::move(delegates.local_sampled), always_on)),
        local_not_sampled_(or_default(std::move(delegates.local_not_sampled), always_off)) {}

  SamplingResult should_sample(const SamplingParameters& parameters) const noexcept override {
    return delegate(parameters.parent).should_sample(parameters);
  }
  std::string description() const override {
    return base::sentence(
        "ParentBased{root:%s,remoteParentSampled:%s,remoteParentNotSampled:%s,"
        "localParentSampled:%s,localParentNotSampled:%s}",
        root_->description().c_str(), remote_sampled_->description().c_str(),
        remote_not_sampled_->description().c_str(), local_sampled_->description().c_str(),
        local_not_sampled_->description().c_str());
  }
  bool always_samples_roots() const noexcept override { return root_->always_samples_roots(); }

 private:
  [[nodiscard]] const Sampler& delegate(const SpanContext& parent) const noexcept {
    if (!parent.is_valid()) return *root_;
    if (parent.is_remote) {
      return parent.flags.sampled() ? *remote_sampled_ : *remote_not_sampled_;
    }
    return parent.flags.sampled() ? *local_sampled_ : *local_not_sampled_;
  }

  SamplerPtr root_;
  SamplerPtr remote_sampled_;
  SamplerPtr remote_not_sampled_;
  SamplerPtr local_sampled_;
  SamplerPtr local_not_sampled_;
};

}  // namespace

SamplerPtr parent_based(SamplerPtr root, ParentBasedDelegates delegates) {
  return std::make_shared<ParentBasedSampler>(std::move(root), std::move(delegates));
}

}  // namespace nanospan

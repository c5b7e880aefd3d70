#include "decode/batch_builder.h"

#include <cassert>
#include <utility>

namespace nanospan {

void BatchBuilder::begin(const std::shared_ptr<const Resource>& resource,
                         const std::shared_ptr<const detail::DefinitionTable>& definitions) {
  assert(empty() || batch_.definitions_ == definitions);
  if (batch_.definitions_ != definitions) tracestate_ = {};
  batch_.definitions_epoch_ = definitions->epoch();
  batch_.definitions_ = definitions;
  batch_.resource_ = resource;
}

void BatchBuilder::clear() noexcept {
  batch_.records_.clear();
  batch_.words_.clear();
  batch_.text_.clear();
  batch_.threads_.clear();
  tracestate_ = {};
}

const ThreadInfo* BatchBuilder::keep(const std::shared_ptr<const ThreadInfo>& thread) {
  if (batch_.threads_.empty() || batch_.threads_.back() != thread)
    batch_.threads_.push_back(thread);
  return thread.get();
}

BatchBuilder::PlacedText BatchBuilder::place_tracestate(std::string_view text,
                                                        std::uint32_t reference) {
  text = text.substr(0, UINT16_MAX);
  tracestate_ = {reference, static_cast<std::uint32_t>(batch_.text_.size()),
                 static_cast<std::uint16_t>(text.size())};
  batch_.text_.append(text);
  return tracestate_;
}

}  // namespace nanospan

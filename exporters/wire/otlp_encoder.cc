#include "wire/otlp_encoder.h"

#include "wire/batch_encoder.h"
#include "wire/json_format.h"
#include "wire/protobuf_format.h"

namespace nanospan::wire {

struct OtlpEncoder::Impl {
  BatchEncoder<ProtobufFormat, AttributeRun> batches;
};
struct OtlpJsonEncoder::Impl {
  BatchEncoder<JsonFormat, NoAttributeRun> batches;
};

OtlpEncoder::OtlpEncoder() : impl_(std::make_unique<Impl>()) {}
OtlpEncoder::~OtlpEncoder() = default;
std::string_view OtlpEncoder::encode(const SpanBatch& batch) {
  return impl_->batches.encode(batch);
}

OtlpJsonEncoder::OtlpJsonEncoder() : impl_(std::make_unique<Impl>()) {}
OtlpJsonEncoder::~OtlpJsonEncoder() = default;
std::string_view OtlpJsonEncoder::encode(const SpanBatch& batch) {
  return impl_->batches.encode(batch);
}

}  // namespace nanospan::wire

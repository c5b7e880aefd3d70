// Batches built by hand: payload elements as a thread would have recorded them, without a region.
#pragma once

#include <bit>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decode/batch_builder.h"
#include "decode/definition_table.h"
#include "nanospan/detail/payload.h"
#include "nanospan/span_batch.h"

namespace nanospan::test {

using detail::ElementType;

// Appends elements to a payload.
class Payload {
 public:
  std::vector<std::uint64_t> words;

  struct Element {
    ElementType type = ElementType::kEmpty;
    std::uint32_t key_id = 0;
    std::string_view key;  // inline, when key_id is 0
    std::vector<std::uint64_t> fixed;
    std::string_view value;
  };
  void add(const Element& element) {
    words.push_back(detail::element_header(element.type, element.key_id, element.key.size(),
                                           element.value.size()));
    words.insert(words.end(), element.fixed.begin(), element.fixed.end());
    add_padded(element.key);
    add_padded(element.value);
  }
  void text(std::string_view key, std::string_view value) {
    add({ElementType::kString, 0, key, {}, value});
  }
  void integer(std::string_view key, std::int64_t value) {
    add({ElementType::kInt64, 0, key, {static_cast<std::uint64_t>(value)}, {}});
  }
  void boolean(std::string_view key, bool value) {
    add({ElementType::kBool, 0, key, {value ? 1u : 0u}, {}});
  }
  void real(std::string_view key, double value) {
    add({ElementType::kDouble, 0, key, {std::bit_cast<std::uint64_t>(value)}, {}});
  }
  void raw(ElementType type, std::string_view key, std::string_view value) {
    add({type, 0, key, {}, value});
  }
  void strings(std::string_view key, const std::vector<std::string>& values) {
    std::string packed;
    for (const std::string& value : values) {
      const auto bytes = static_cast<std::uint32_t>(value.size());
      packed.append(reinterpret_cast<const char*>(&bytes), sizeof(bytes));
      packed += value;
    }
    raw(ElementType::kStringArray, key, packed);
  }
  void event(std::string_view name, std::uint64_t unix_ns, const Payload& attributes) {
    add({ElementType::kEventAt, 0, name, {unix_ns}, attributes.bytes()});
  }
  void link(const SpanContext& to, const Payload& attributes) {
    const std::uint64_t flags =
        to.flags.bits | (to.is_remote ? detail::span_flag::kParentRemote : 0u);
    add({ElementType::kLink,
         0,
         {},
         {to.trace_id.high, to.trace_id.low, to.span_id.value, flags},
         attributes.bytes()});
  }
  [[nodiscard]] std::string_view bytes() const {
    return {reinterpret_cast<const char*>(words.data()), words.size() * 8};
  }

 private:
  void add_padded(std::string_view text) {
    const std::size_t at = words.size();
    words.resize(at + detail::words_of(text.size()));
    if (!text.empty()) std::memcpy(words.data() + at, text.data(), text.size());
  }
};

class BatchMaker {
 public:
  BatchMaker() { restart(); }

  // Another region: other definitions.
  void restart() {
    builder_.clear();
    table = std::make_shared<detail::DefinitionTable>();
    builder_.begin(resource, table);
  }
  void use_resource(Resource of_batch) {
    resource = std::make_shared<const Resource>(std::move(of_batch));
    builder_.clear();
    builder_.begin(resource, table);
  }
  const CallsiteInfo* callsite(CallsiteInfo info) {
    return table->find_callsite(table->add_callsite(std::move(info)));
  }
  const CallsiteInfo* callsite(std::string name, std::string scope = "") {
    CallsiteInfo info;
    info.name = std::move(name);
    info.scope_name = std::move(scope);
    return callsite(std::move(info));
  }
  // A record with ids and times that are not zero.
  [[nodiscard]] SpanRecord record(const CallsiteInfo* callsite) const {
    SpanRecord record;
    record.trace_id = {0x0102030405060708, 0x090a0b0c0d0e0f10};
    record.span_id = {0xa1a2a3a4a5a6a700 + builder_.size()};
    record.start_unix_ns = 1'700'000'000'000'000'001;
    record.end_unix_ns = 1'700'000'000'000'002'502;
    record.callsite = callsite;
    record.flags = detail::span_flag::kSampled;
    return record;
  }
  void add(SpanRecord record, const Payload& payload = {}, std::string_view tracestate = {}) {
    record.thread = builder_.keep(thread);
    auto& words = builder_.words();
    record.payload_first = static_cast<std::uint32_t>(words.size());
    record.payload_words = static_cast<std::uint32_t>(payload.words.size());
    words.insert(words.end(), payload.words.begin(), payload.words.end());
    if (!tracestate.empty()) {
      const BatchBuilder::PlacedText placed = builder_.place_tracestate(tracestate, 0);
      record.tracestate_first = placed.first;
      record.tracestate_bytes = placed.bytes;
    }
    builder_.add(record);
  }
  void clear() { builder_.clear(); }
  [[nodiscard]] const SpanBatch& batch() const { return builder_.batch(); }

  std::shared_ptr<const Resource> resource = std::make_shared<const Resource>();
  std::shared_ptr<detail::DefinitionTable> table;
  std::shared_ptr<const ThreadInfo> thread = std::make_shared<const ThreadInfo>();

 private:
  BatchBuilder builder_;
};

}  // namespace nanospan::test

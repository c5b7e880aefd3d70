// What an exporter receives: a batch of spans, decoded and checked, times already in Unix ns.
//
// A SpanView looks into its batch; both are immutable. The same type comes from the drain, from the
// recovery of a dead process's region and from the tools.
// Threads: any number may read one batch. Memory: a view lives as long as its batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nanospan/attribute.h"
#include "nanospan/detail/payload_walk.h"
#include "nanospan/span_context.h"
#include "nanospan/span_types.h"

namespace nanospan {

// An attribute that owns its value: of resources, and of what MemoryExporter keeps.
struct OwnedAttribute {
  std::string key;
  ValueType type = ValueType::kEmpty;
  std::string text;         // kString, kBytes
  std::int64_t number = 0;  // kInt64, kBool
  double real = 0;
  std::vector<bool> bools;
  std::vector<std::int64_t> numbers;
  std::vector<double> reals;
  std::vector<std::string> strings;
};

// Source: OpenTelemetry resource/sdk.md.
struct Resource {
  std::vector<OwnedAttribute> attributes;  // keys unique
  std::string schema_url;
};

// The static description of spans in the source. `id` is dense: an exporter may index by it.
struct CallsiteInfo {
  std::uint32_t id = 0;
  std::string name;
  std::string scope_name;  // instrumentation scope; "" if the source named none
  std::string scope_version;
  std::string target;  // tracing's target; "" if the source named none
  std::string file;    // "" for a span whose callsite is not in the source
  std::string function;
  std::uint32_t line = 0;
  SpanKind kind = SpanKind::kInternal;
  Level level = Level::kInfo;
};

struct ThreadInfo {
  std::uint64_t id = 0;  // as the kernel numbers it; 0: unknown
  std::string name;
};

// An attribute as a record holds it. `key_id` and `literal_id` are definition ids, dense, valid for
// one region, 0 where the text was given inline: an exporter may cache what it encodes for them.
struct AttributeView {
  std::string_view key;
  AttributeValue value;
  std::uint32_t key_id = 0;
  std::uint32_t literal_id = 0;
};

namespace detail {
class DefinitionTable;
NANOSPAN_EXPORT AttributeView attribute_view(const DefinitionTable& definitions,
                                             const std::uint64_t* element) noexcept;
// Is there a later attribute of the same key behind `element`, before `end`?
NANOSPAN_EXPORT bool is_overridden(const DefinitionTable& definitions, const std::uint64_t* element,
                                   const std::uint64_t* end) noexcept;
template <typename F>
void for_each_attribute(const DefinitionTable& definitions, std::span<const std::uint64_t> elements,
                        bool unique, F&& f) {
  const std::uint64_t* const end = elements.data() + elements.size();
  for_each_element(elements, [&](ElementType type, std::uint64_t, const std::uint64_t* at) {
    if (!is_attribute(type)) return;
    if (!unique && is_overridden(definitions, at, end)) return;
    f(attribute_view(definitions, at));
  });
}
}  // namespace detail

class EventView {
 public:
  std::string_view name;
  std::uint32_t name_id = 0;  // definition id, 0: inline
  std::int64_t time_unix_ns = 0;
  // In the order given; the last value of a key alone.
  template <typename F>
  void for_each_attribute(F&& f) const {
    detail::for_each_attribute(*definitions_, elements_, false, f);
  }
  // By limits.
  [[nodiscard]] std::uint32_t dropped_attributes() const noexcept {
    return detail::dropped_attributes(elements_);
  }

 private:
  friend class SpanView;
  const detail::DefinitionTable* definitions_ = nullptr;
  std::span<const std::uint64_t> elements_;
};

class LinkView {
 public:
  SpanContext context;
  std::string_view tracestate;
  template <typename F>
  void for_each_attribute(F&& f) const {
    detail::for_each_attribute(*definitions_, elements_, false, f);
  }
  // By limits.
  [[nodiscard]] std::uint32_t dropped_attributes() const noexcept {
    return detail::dropped_attributes(elements_);
  }

 private:
  friend class SpanView;
  const detail::DefinitionTable* definitions_ = nullptr;
  std::span<const std::uint64_t> elements_;
};

// Maps ticks to Unix ns inside one batch: linear between two anchors.
struct TickScale {
  std::uint64_t base_ticks = 0;
  std::int64_t base_unix_ns = 0;
  std::uint64_t ns_per_tick_q32 = 0;  // 32.32 fixed point

  [[nodiscard]] std::int64_t to_unix_ns(std::uint64_t ticks) const noexcept {
    const auto delta = static_cast<std::int64_t>(ticks - base_ticks);
    const auto ns = static_cast<std::uint64_t>((Wide{delta} * Wide{ns_per_tick_q32}) >> 32);
    // Wraps for ticks that no clock gave (a damaged record): nonsense, not undefined.
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(base_unix_ns) + ns);
  }

 private:
  __extension__ using Wide = __int128;
};

// One span of a batch, as decode lays it down; SpanView reads it.
struct SpanRecord {
  TraceId trace_id;
  SpanId span_id;
  SpanId parent_span_id;
  std::int64_t start_unix_ns = 0;
  std::int64_t end_unix_ns = 0;  // unfinished: the time of death, or of the look
  const CallsiteInfo* callsite = nullptr;
  const ThreadInfo* thread = nullptr;
  std::uint32_t payload_first = 0;  // index in the batch's words
  std::uint32_t payload_words = 0;
  std::uint32_t tracestate_first = 0;  // index in the batch's text
  std::uint16_t tracestate_bytes = 0;
  std::uint8_t flags = 0;  // detail::span_flag
  bool unfinished : 1 = false;
  std::uint8_t contents : 2 = payload_contents::kAnything;
};

class SpanBatch;

class SpanView {
 public:
  SpanView(const SpanBatch& batch, const SpanRecord& record) noexcept
      : batch_(&batch), record_(&record) {}

  [[nodiscard]] TraceId trace_id() const noexcept { return record_->trace_id; }
  [[nodiscard]] SpanId span_id() const noexcept { return record_->span_id; }
  [[nodiscard]] SpanId parent_span_id() const noexcept { return record_->parent_span_id; }
  [[nodiscard]] std::int64_t start_unix_ns() const noexcept { return record_->start_unix_ns; }
  [[nodiscard]] std::int64_t end_unix_ns() const noexcept { return record_->end_unix_ns; }
  [[nodiscard]] const CallsiteInfo& callsite() const noexcept { return *record_->callsite; }
  [[nodiscard]] const ThreadInfo& thread() const noexcept { return *record_->thread; }
  [[nodiscard]] TraceFlags trace_flags() const noexcept {
    return {
        static_cast<std::uint8_t>(record_->flags & (TraceFlags::kSampled | TraceFlags::kRandom))};
  }
  [[nodiscard]] bool parent_is_remote() const noexcept {
    return (record_->flags & detail::span_flag::kParentRemote) != 0;
  }
  // The process died, or was looked at, before the span ended.
  [[nodiscard]] bool unfinished() const noexcept { return record_->unfinished; }
  [[nodiscard]] SpanKind kind() const noexcept { return record_->callsite->kind; }
  [[nodiscard]] StatusCode status_code() const noexcept {
    return static_cast<StatusCode>((record_->flags & detail::span_flag::kStatusMask) >>
                                   detail::span_flag::kStatusShift);
  }
  // True for most spans: nothing but the callsite's constants and the head's fields.
  [[nodiscard]] bool is_plain() const noexcept { return record_->payload_words == 0; }
  // Bits of payload_contents.
  [[nodiscard]] std::uint8_t contents() const noexcept { return record_->contents; }
  // The last update_name, else the callsite's.
  [[nodiscard]] NANOSPAN_EXPORT std::string_view name() const noexcept;
  // Only with status Error; "" otherwise.
  [[nodiscard]] NANOSPAN_EXPORT std::string_view status_text() const noexcept;
  [[nodiscard]] inline std::string_view tracestate() const noexcept;
  struct Dropped {
    std::uint32_t attributes = 0, events = 0, links = 0;
  };
  [[nodiscard]] NANOSPAN_EXPORT Dropped dropped() const noexcept;

  // In the order given; the last value of a key alone.
  template <typename F>
  void for_each_attribute(F&& f) const;
  template <typename F>
  void for_each_event(F&& f) const;
  template <typename F>
  void for_each_link(F&& f) const;

  [[nodiscard]] inline std::span<const std::uint64_t> payload() const noexcept;
  [[nodiscard]] inline const detail::DefinitionTable& definitions() const noexcept;

 private:
  NANOSPAN_EXPORT EventView event_view(const std::uint64_t* element) const noexcept;
  NANOSPAN_EXPORT LinkView link_view(const std::uint64_t* element) const noexcept;
  const SpanBatch* batch_;
  const SpanRecord* record_;
};

class SpanBatch {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }
  [[nodiscard]] bool empty() const noexcept { return records_.empty(); }
  [[nodiscard]] SpanView operator[](std::size_t index) const noexcept {
    return {*this, records_[index]};
  }
  [[nodiscard]] const Resource& resource() const noexcept { return *resource_; }
  // Grows with every new region read; changes when an exporter must forget what it cached by id.
  [[nodiscard]] std::uint64_t definitions_epoch() const noexcept { return definitions_epoch_; }

  class Iterator {
   public:
    Iterator(const SpanBatch& batch, std::size_t at) noexcept : batch_(&batch), at_(at) {}
    SpanView operator*() const noexcept { return (*batch_)[at_]; }
    Iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator& other) const noexcept { return at_ == other.at_; }

   private:
    const SpanBatch* batch_;
    std::size_t at_;
  };
  [[nodiscard]] Iterator begin() const noexcept { return {*this, 0}; }
  [[nodiscard]] Iterator end() const noexcept { return {*this, size()}; }

 private:
  friend class SpanView;
  friend class BatchBuilder;  // core/src/decode: the one place that fills a batch
  std::vector<SpanRecord> records_;
  std::vector<std::uint64_t> words_;  // payloads
  std::string text_;                  // tracestates
  TickScale scale_;                   // of the ticks in payloads
  std::shared_ptr<const Resource> resource_;
  std::shared_ptr<const detail::DefinitionTable> definitions_;
  std::uint64_t definitions_epoch_ = 0;
  std::vector<std::shared_ptr<const ThreadInfo>> threads_;  // keeps what records point at
};

std::span<const std::uint64_t> SpanView::payload() const noexcept {
  return {batch_->words_.data() + record_->payload_first, record_->payload_words};
}
const detail::DefinitionTable& SpanView::definitions() const noexcept {
  return *batch_->definitions_;
}
std::string_view SpanView::tracestate() const noexcept {
  return std::string_view(batch_->text_)
      .substr(record_->tracestate_first, record_->tracestate_bytes);
}
template <typename F>
void SpanView::for_each_attribute(F&& f) const {
  detail::for_each_attribute(definitions(), payload(), false, f);
}
template <typename F>
void SpanView::for_each_event(F&& f) const {
  detail::for_each_element(payload(), [&](detail::ElementType type, std::uint64_t, auto* element) {
    if (type == detail::ElementType::kEvent || type == detail::ElementType::kEventAt)
      f(event_view(element));
  });
}
template <typename F>
void SpanView::for_each_link(F&& f) const {
  detail::for_each_element(payload(), [&](detail::ElementType type, std::uint64_t, auto* element) {
    if (type == detail::ElementType::kLink) f(link_view(element));
  });
}

}  // namespace nanospan

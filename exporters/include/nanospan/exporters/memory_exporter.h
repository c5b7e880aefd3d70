// The memory exporter: keeps spans, so that a program's own tests can look at them.
//
//   auto store = std::make_shared<nanospan::SpanStore>();
//   … start a recorder with make_memory_exporter(store); work; recorder.flush() …
//   EXPECT_TRUE(store->find("db.query"));
//
// Threads: a SpanStore may be read by any thread while an exporter adds to it.
// Memory: SpanData owns all it holds; the store keeps at most `spans_max` and counts the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nanospan/detail/compiler.h"
#include "nanospan/exporter.h"

namespace nanospan {

struct EventData {
  std::string name;
  std::int64_t time_unix_ns = 0;
  std::vector<OwnedAttribute> attributes;
  std::uint32_t dropped_attributes = 0;  // by limits
};

struct LinkData {
  SpanContext context;
  std::string tracestate;
  std::vector<OwnedAttribute> attributes;
  std::uint32_t dropped_attributes = 0;
};

// A copy of a span, with what its callsite and thread say of it.
struct SpanData {
  TraceId trace_id;
  SpanId span_id;
  SpanId parent_span_id;  // not valid: a root
  TraceFlags trace_flags;
  bool parent_is_remote = false;
  bool unfinished = false;
  std::string tracestate;
  std::string name;
  SpanKind kind = SpanKind::kInternal;
  StatusCode status_code = StatusCode::kUnset;
  std::string status_text;
  std::int64_t start_unix_ns = 0;
  std::int64_t end_unix_ns = 0;
  std::vector<OwnedAttribute> attributes;  // of the span alone, in the order given
  std::vector<EventData> events;
  std::vector<LinkData> links;
  SpanView::Dropped dropped;
  CallsiteInfo callsite;
  ThreadInfo thread;
  std::shared_ptr<const std::vector<OwnedAttribute>> resource;

  // nullptr: the span has no such attribute.
  [[nodiscard]] NANOSPAN_EXPORT const OwnedAttribute* find_attribute(
      std::string_view key) const noexcept;
};

[[nodiscard]] NANOSPAN_EXPORT SpanData to_span_data(const SpanView& span);

class NANOSPAN_EXPORT SpanStore {
 public:
  static constexpr std::size_t kSpansMaxDefault = 1'000'000;
  explicit SpanStore(std::size_t spans_max = kSpansMaxDefault) noexcept : spans_max_(spans_max) {}

  // In the order of their arrival: a child before its parent, as a rule.
  [[nodiscard]] std::vector<SpanData> spans() const;
  [[nodiscard]] std::vector<SpanData> take();
  void clear();
  [[nodiscard]] std::size_t size() const;
  // Spans refused because `spans_max` were kept.
  [[nodiscard]] std::uint64_t refused() const;
  // The first of that name.
  [[nodiscard]] std::optional<SpanData> find(std::string_view name) const;
  [[nodiscard]] std::vector<SpanData> find_all(std::string_view name) const;
  [[nodiscard]] std::vector<SpanData> children_of(SpanId parent) const;

  void add(const SpanBatch& batch);

 private:
  mutable std::mutex mutex_;
  std::size_t spans_max_;
  std::vector<SpanData> spans_;
  std::uint64_t refused_ = 0;
};

[[nodiscard]] NANOSPAN_EXPORT std::unique_ptr<Exporter> make_memory_exporter(
    std::shared_ptr<SpanStore> store);

}  // namespace nanospan

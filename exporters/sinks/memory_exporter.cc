#include "nanospan/exporters/memory_exporter.h"

#include <utility>

#include "wire/value.h"

namespace nanospan {
namespace {

// Fills an OwnedAttribute by the words of wire/value.h; elements go where their array does.
class OwnedValue {
 public:
  explicit OwnedValue(OwnedAttribute& to) noexcept : to_(to) {}

  void text(std::string_view value) {
    in_array_ ? (void)to_.strings.emplace_back(value) : (void)to_.text.assign(value);
  }
  void boolean(bool value) {
    in_array_ ? to_.bools.push_back(value) : (void)(to_.number = value ? 1 : 0);
  }
  void integer(std::int64_t value) {
    in_array_ ? to_.numbers.push_back(value) : (void)(to_.number = value);
  }
  void real(double value) { in_array_ ? to_.reals.push_back(value) : (void)(to_.real = value); }
  void bytes(std::span<const std::byte> value) {
    to_.text.assign(reinterpret_cast<const char*>(value.data()), value.size());
  }
  void empty() {}
  int begin_array() {
    in_array_ = true;
    return 0;
  }
  void begin_element() {}
  void end_element() {}
  void end_array(int) {}

 private:
  OwnedAttribute& to_;
  bool in_array_ = false;
};

template <typename View>
std::vector<OwnedAttribute> own_attributes(const View& view) {
  std::vector<OwnedAttribute> owned;
  view.for_each_attribute([&](const AttributeView& attribute) {
    OwnedAttribute& to = owned.emplace_back();
    to.key = attribute.key;
    to.type = attribute.value.type();
    OwnedValue value(to);
    wire::write_value(value, attribute.value);
  });
  return owned;
}

class MemoryExporter final : public Exporter {
 public:
  explicit MemoryExporter(std::shared_ptr<SpanStore> store) noexcept : store_(std::move(store)) {}

  ExportResult export_batch(const SpanBatch& batch, Deadline) override {
    store_->add(batch);
    return ExportResult::kSuccess;
  }
  std::string describe() const override { return "memory"; }

 private:
  const std::shared_ptr<SpanStore> store_;
};

}  // namespace

const OwnedAttribute* SpanData::find_attribute(std::string_view key) const noexcept {
  for (const OwnedAttribute& attribute : attributes) {
    if (attribute.key == key) return &attribute;
  }
  return nullptr;
}

SpanData to_span_data(const SpanView& span) {
  SpanData data;
  data.trace_id = span.trace_id();
  data.span_id = span.span_id();
  data.parent_span_id = span.parent_span_id();
  data.trace_flags = span.trace_flags();
  data.parent_is_remote = span.parent_is_remote();
  data.unfinished = span.unfinished();
  data.tracestate = span.tracestate();
  data.name = span.name();
  data.kind = span.kind();
  data.status_code = span.status_code();
  data.status_text = span.status_text();
  data.start_unix_ns = span.start_unix_ns();
  data.end_unix_ns = span.end_unix_ns();
  data.attributes = own_attributes(span);
  span.for_each_event([&](const EventView& event) {
    data.events.push_back({std::string(event.name), event.time_unix_ns, own_attributes(event),
                           event.dropped_attributes()});
  });
  span.for_each_link([&](const LinkView& link) {
    data.links.push_back({link.context, std::string(link.tracestate), own_attributes(link),
                          link.dropped_attributes()});
  });
  data.dropped = span.dropped();
  data.callsite = span.callsite();
  data.thread = span.thread();
  return data;
}

std::vector<SpanData> SpanStore::spans() const {
  const std::lock_guard lock(mutex_);
  return spans_;
}

std::vector<SpanData> SpanStore::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(spans_, {});
}

void SpanStore::clear() {
  const std::lock_guard lock(mutex_);
  spans_.clear();
  refused_ = 0;
}

std::size_t SpanStore::size() const {
  const std::lock_guard lock(mutex_);
  return spans_.size();
}

std::uint64_t SpanStore::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

std::optional<SpanData> SpanStore::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  for (const SpanData& span : spans_) {
    if (span.name == name) return span;
  }
  return std::nullopt;
}

std::vector<SpanData> SpanStore::find_all(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  std::vector<SpanData> found;
  for (const SpanData& span : spans_) {
    if (span.name == name) found.push_back(span);
  }
  return found;
}

std::vector<SpanData> SpanStore::children_of(SpanId parent) const {
  const std::lock_guard lock(mutex_);
  std::vector<SpanData> found;
  for (const SpanData& span : spans_) {
    if (span.parent_span_id == parent) found.push_back(span);
  }
  return found;
}

void SpanStore::add(const SpanBatch& batch) {
  const auto resource =
      std::make_shared<const std::vector<OwnedAttribute>>(batch.resource().attributes);
  const std::lock_guard lock(mutex_);
  for (const SpanView span : batch) {
    if (spans_.size() >= spans_max_) {
      ++refused_;
      continue;
    }
    spans_.push_back(to_span_data(span));
    spans_.back().resource = resource;
  }
}

std::unique_ptr<Exporter> make_memory_exporter(std::shared_ptr<SpanStore> store) {
  return std::make_unique<MemoryExporter>(std::move(store));
}

}  // namespace nanospan

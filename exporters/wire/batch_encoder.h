// BatchEncoder: the one walk from a batch to OTLP; Format (protobuf_format.h, json_format.h) knows
// the words, this knows what is said and in which order.
//
// A span is its head, then copies of what its callsite and thread have in common, then whatever its
// payload holds; one that says a key of the former itself is written again, without that one. Spans
// are grouped by instrumentation scope, that of the first span first; those of other scopes become
// chains over the batch, in the order in which they came.
// Threads: none. Errors: a span holds at most kDefinedBytesMax of the definitions' texts, however
// often a damaged region names them: attributes beyond count as dropped, names of events are empty.
// Memory: buffers and caches are kept; caches go with the batch's definitions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "nanospan/span_batch.h"
#include "wire/attribute_run.h"
#include "wire/byte_buffer.h"
#include "wire/callsite_cache.h"
#include "wire/constants.h"
#include "wire/span_facts.h"
#include "wire/text_cache.h"
#include "wire/value.h"

namespace nanospan::wire {

// `Run`: what writes many attributes at once, AttributeRun or NoAttributeRun.
template <typename Format, typename Run>
class BatchEncoder {
 public:
  static constexpr std::size_t kDefinedBytesMax = std::size_t{1} << 20;

  // One TracesData; valid until the next call.
  std::string_view encode(const SpanBatch& batch) {
    if (batch.definitions_epoch() != epoch_) forget(batch.definitions_epoch());
    out_.clear();
    said_ = {};
    thread_ = nullptr;  // the address may belong to another thread by now
    const auto mark = format_.begin_batch();
    write_resource(batch.resource());
    if (!batch.empty()) {
      write_first_scope(batch);
      for (std::size_t i = 0; i < chains_.size(); ++i) {
        if (chains_[i].first != kNone) write_chain(batch, i);
      }
    }
    format_.end_batch(mark);
    return out_.view();
  }

 private:
  using Callsites = CallsiteCache<Format>;
  static constexpr std::uint32_t kNone = 0xFFFFFFFFu;
  struct Chain {
    std::uint32_t first = kNone, last = kNone;
  };

  void forget(std::uint64_t epoch) noexcept {
    callsites_.clear();
    texts_.clear();
    run_.clear();
    epoch_ = epoch;
  }

  // That of the first span, and nearly always of all; spans of others are chained meanwhile.
  void write_first_scope(const SpanBatch& batch) {
    chains_.clear();
    next_.resize(batch.size());
    const std::uint32_t first = callsites_.find(batch[0].callsite()).scope;
    const auto mark = begin_scope(first);
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      const SpanView span = batch[i];
      const auto& callsite = callsites_.find(span.callsite());
      if (callsite.scope == first) [[likely]] {
        write_span(span, callsite);
      } else {
        add_to_chain(callsite.scope, i);
      }
    }
    format_.end_scope(mark);
  }

  void add_to_chain(std::uint32_t scope, std::uint32_t span) {
    if (scope >= chains_.size()) chains_.resize(scope + std::size_t{1});
    Chain& chain = chains_[scope];
    (chain.first == kNone ? chain.first : next_[chain.last]) = span;
    chain.last = span;
    next_[span] = kNone;
  }

  void write_resource(const Resource& resource) {
    const auto mark = format_.begin_resource();
    format_.begin_attributes();
    std::uint32_t dropped = 0;
    for (const OwnedAttribute& owned : resource.attributes) {
      if (owned.key.empty()) {
        ++dropped;
        continue;
      }
      const auto attribute = format_.begin_attribute(Owner::kResource);
      format_.string(owned.key);
      format_.begin_value();
      write_value(format_, owned);
      format_.end_attribute(attribute);
    }
    format_.end_attributes();
    format_.dropped_attributes(Owner::kResource, dropped);
    format_.end_resource(mark);
    format_.resource(resource.schema_url);
  }

  void write_chain(const SpanBatch& batch, std::size_t scope) {
    const auto mark = begin_scope(scope);
    for (std::uint32_t i = chains_[scope].first; i != kNone; i = next_[i]) {
      write_span(batch[i], callsites_.find(batch[i].callsite()));
    }
    format_.end_scope(mark);
  }

  auto begin_scope(std::size_t index) {
    const auto& scope = callsites_.scopes()[index];
    return format_.begin_scope(scope.name, scope.version);
  }

  NANOSPAN_INLINE void write_span(const SpanView& span, const typename Callsites::Entry& callsite) {
    if (thread_ != &span.thread()) set_thread(span.thread());
    const std::size_t before = out_.size();
    const auto mark = format_.begin_span(head_of(span), callsite.bytes + thread_constants_.size());
    if (is_common(span)) [[likely]] {
      append_blocks(callsites_.constants(callsite), callsite.bytes);
      append_blocks(thread_constants_.data(), thread_constants_.size());
      if (span.is_plain()) {
        format_.end_attributes();
        format_.end_span(mark);
        return;
      }
      defined_bytes_left_ = kDefinedBytesMax;
      write_attributes_of(span, true, 0);
    } else {
      write_rest(span, callsite);
    }
    format_.end_span(mark);
    if (!said_.empty()) [[unlikely]]
      write_again(span, before);
  }

  // With those constants alone that the span does not say by itself.
  NANOSPAN_COLD void write_again(const SpanView& span, std::size_t before) {
    out_.truncate(before);
    const auto mark = format_.begin_span(head_of(span), 0);
    format_.begin_name();
    format_.string(span.name());
    format_.end_name();
    format_.kind(span.kind());
    format_.begin_attributes();
    write_constants(format_, span.callsite(), said_);
    write_constants(format_, span.thread(), said_);
    write_behind_constants(span, scan_payload(span));
    format_.end_span(mark);
    said_ = {};
  }

  void write_rest(const SpanView& span, const typename Callsites::Entry& callsite) {
    const PayloadContents contents = scan_payload(span);
    const char* constants = callsites_.constants(callsite);
    std::size_t bytes = callsite.bytes;
    if (contents.has(detail::ElementType::kName)) {
      format_.begin_name();
      format_.string(span.name());
      format_.end_name();
      constants += callsite.name_bytes;
      bytes -= callsite.name_bytes;
    }
    append_blocks(constants, bytes);
    append_blocks(thread_constants_.data(), thread_constants_.size());
    write_behind_constants(span, contents);
  }

  void write_behind_constants(const SpanView& span, const PayloadContents& contents) {
    defined_bytes_left_ = kDefinedBytesMax;
    SpanView::Dropped dropped;
    if (contents.has(detail::ElementType::kDropped)) dropped = span.dropped();
    write_attributes_of(span, contents.has_distinct_keys, dropped.attributes);
    if (contents.has_events() || dropped.events != 0) write_events(span, dropped.events);
    if (contents.has(detail::ElementType::kLink) || dropped.links != 0) {
      write_links(span, dropped.links);
    }
    format_.status(status_of(span), span.status_text());
    format_.tracestate(span.tracestate());
  }

  // Behind those of its callsite and thread.
  NANOSPAN_INLINE void write_attributes_of(const SpanView& span, bool has_distinct_keys,
                                           std::uint32_t dropped) {
    std::span<const std::uint64_t> left = span.payload();
    if (has_distinct_keys) left = left.subspan(run_.write(out_, left));
    if (!left.empty()) dropped += write_other_attributes(span, left, has_distinct_keys);
    if (span.unfinished() && !said_.has(Constant::kUnfinished)) {
      (void)write_attribute(Owner::kSpan, {kUnfinishedKey, true});
    }
    format_.end_attributes();
    format_.dropped_attributes(Owner::kSpan, dropped);
  }

  // Those from `left` on; returns how many it had to leave out.
  std::uint32_t write_other_attributes(const SpanView& span, std::span<const std::uint64_t> left,
                                       bool has_distinct_keys) {
    std::uint32_t dropped = 0;
    const std::uint64_t* const end = left.data() + left.size();
    while (!left.empty()) {
      const auto type = static_cast<detail::ElementType>(detail::element::kType.get(left[0]));
      if (type == detail::ElementType::kEnd) break;
      if (detail::is_attribute(type) &&
          (has_distinct_keys || !detail::is_overridden(span.definitions(), left.data(), end))) {
        const AttributeView attribute = detail::attribute_view(span.definitions(), left.data());
        if (!write_attribute(Owner::kSpan, attribute)) {
          ++dropped;
        } else if (!said_.add(attribute.key)) [[likely]] {
          run_.learn(attribute);
        }
      }
      left = left.subspan(detail::element_words(left[0]));
      if (has_distinct_keys) left = left.subspan(run_.write(out_, left));
    }
    return dropped;
  }

  // False: the span has had its share of the definitions' texts.
  bool take(std::string_view text, std::uint32_t id) noexcept {
    if (id == 0) return true;  // it stands in the payload
    if (text.size() > defined_bytes_left_) return false;
    defined_bytes_left_ -= text.size();
    return true;
  }

  // False: it has no key, or is too much.
  bool write_attribute(Owner owner, const AttributeView& attribute) {
    if (attribute.key.empty() || !take(attribute.key, attribute.key_id)) return false;
    if (attribute.literal_id != 0 && !take(attribute.value.as_string(), attribute.literal_id)) {
      return false;
    }
    const auto mark = format_.begin_attribute(owner);
    texts_.write(format_, attribute.key, attribute.key_id);
    format_.begin_value();
    write_attribute_value(attribute);
    format_.end_attribute(mark);
    return true;
  }

  // Of an event or a link, whose list of attributes is nearly always short or empty.
  template <typename View>
  void write_attributes_of(const View& view, Owner owner) {
    format_.begin_attributes();
    std::uint32_t dropped = view.dropped_attributes();
    view.for_each_attribute([&](const AttributeView& attribute) {
      if (!write_attribute(owner, attribute)) ++dropped;
    });
    format_.end_attributes();
    format_.dropped_attributes(owner, dropped);
  }

  void write_attribute_value(const AttributeView& attribute) {
    if (attribute.literal_id == 0) return write_value(format_, attribute.value);
    const auto mark = format_.begin_text();
    texts_.write(format_, attribute.value.as_string(), attribute.literal_id);
    format_.end_text(mark);
  }

  void write_events(const SpanView& span, std::uint32_t dropped) {
    format_.begin_events();
    span.for_each_event([&](const EventView& event) {
      const auto mark = format_.begin_event(unix_ns_or_zero(event.time_unix_ns));
      format_.begin_event_name();
      const bool has_room = take(event.name, event.name_id);
      texts_.write(format_, has_room ? event.name : "", has_room ? event.name_id : 0);
      format_.end_name();
      write_attributes_of(event, Owner::kEvent);
      format_.end_event(mark);
    });
    format_.end_events(dropped);
  }

  void write_links(const SpanView& span, std::uint32_t dropped) {
    format_.begin_links();
    span.for_each_link([&](const LinkView& link) {
      const auto mark = format_.begin_link(link.context, link.tracestate);
      write_attributes_of(link, Owner::kLink);
      format_.end_link(mark);
    });
    format_.end_links(dropped);
  }

  NANOSPAN_COLD void set_thread(const ThreadInfo& thread) {
    thread_ = &thread;
    thread_constants_.clear();
    Format format(thread_constants_);
    write_constants(format, thread, {});
    thread_constants_.ensure(0);
  }

  NANOSPAN_INLINE void append_blocks(const char* from, std::size_t bytes) {
    char* const at = out_.ensure(bytes);
    out_.commit(copy_blocks(at, from, bytes));
  }

  ByteBuffer out_;
  Format format_{out_};
  Callsites callsites_;
  TextCache texts_;
  Run run_;
  std::vector<Chain> chains_;        // by scope
  std::vector<std::uint32_t> next_;  // by span: the next of its scope
  const ThreadInfo* thread_ = nullptr;
  ByteBuffer thread_constants_;
  std::uint64_t epoch_ = 0;
  std::size_t defined_bytes_left_ = 0;  // of the span that is being written
  ConstantSet said_;                    // by its own attributes; none between spans
};

}  // namespace nanospan::wire

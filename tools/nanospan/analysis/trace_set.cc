#include "analysis/trace_set.h"

#include <algorithm>

namespace nanospan::tools::analysis {
namespace {

constexpr std::size_t kChunkBytes = TraceSet::kChunkSpans * sizeof(SpanRow);
constexpr std::size_t kHeapBlockBytes = 24;  // what a text's block takes more than the text
constexpr std::uint32_t kSpansMax = SlotTable::kNone - 1;

std::uint64_t hash_of(const TraceKey& key) {
  return mix_bits(key.high ^ mix_bits(key.low));
}

std::uint64_t hash_of(const Callsite& callsite) {
  return mix_bits(std::uint64_t{static_cast<std::uint32_t>(callsite.service)} << 32 |
                  static_cast<std::uint32_t>(callsite.name));
}

// Twice as many rows, and those that are copied into them.
template <typename Row>
std::size_t growth_bytes(const std::vector<Row>& rows, std::size_t more_bytes_each = 0) {
  return rows.size() < rows.capacity()
             ? 0
             : (rows.capacity() * 2 + 1) * (sizeof(Row) + more_bytes_each);
}

}  // namespace

std::uint64_t id_from_bytes(const void* eight_bytes) noexcept {
  const auto* const bytes = static_cast<const unsigned char*>(eight_bytes);
  std::uint64_t id = 0;
  for (unsigned i = 0; i < 8; ++i) id = id << 8 | bytes[i];
  return id;
}

TraceSet::TraceSet(std::uint64_t memory_bytes_max) : memory_bytes_max_(memory_bytes_max) {}

StringId TraceSet::intern(std::string_view untrusted_text) {
  if (is_full_ || !has_room(strings_.growth_bytes())) return kEmptyString;
  return strings_.intern(untrusted_text);
}

bool TraceSet::add(const NewSpan& untrusted_span) {
  if (untrusted_span.span_id == 0 || untrusted_span.trace == TraceKey{}) {
    ++without_id_;
    return false;
  }
  const bool needs_chunk = size_ == chunks_.size() * kChunkSpans;
  if (is_full_ || (needs_chunk && !add_chunk()) || size_ == kSpansMax) {
    ++refused_;
    return false;
  }
  const CallsiteId callsite = callsite_of(untrusted_span.service, untrusted_span.name);
  const TraceNumber trace = number_of(untrusted_span.trace);
  if (untrusted_span.message != kEmptyString) keep_message(untrusted_span.message);
  const bool is_call = untrusted_span.kind == SpanKind::kServer && untrusted_span.parent_id != 0;
  if (is_call) (void)has_room(kCallAnalysisBytes);
  if (!untrusted_span.record.empty()) keep_record(untrusted_span.record);
  if (is_full_) {
    ++refused_;
    return false;
  }
  SpanRow& row = chunks_.back()[size_ % kChunkSpans];
  row.span_id = untrusted_span.span_id;
  row.parent_id = untrusted_span.parent_id;
  row.start_ns = checked_time(untrusted_span.start_unix_ns);
  row.end_ns = checked_time(untrusted_span.end_unix_ns);
  row.trace = trace;
  row.callsite = callsite;
  row.host = untrusted_span.host;
  row.peer = untrusted_span.peer;
  row.kind = untrusted_span.kind;
  row.status = untrusted_span.status;
  row.flags = untrusted_span.flags;
  row.resend_count =
      static_cast<std::uint8_t>(std::min<std::uint32_t>(untrusted_span.resend_count, 255));
  ++size_;
  calls_ += is_call ? 1 : 0;
  return true;
}

void TraceSet::keep_message(StringId message) {
  if (has_room(growth_bytes(messages_))) messages_.push_back({size_, message});
}

std::string_view TraceSet::message(std::uint32_t row) const {
  const auto at = std::lower_bound(
      messages_.begin(), messages_.end(), row,
      [](const Message& message, std::uint32_t wanted) { return message.row < wanted; });
  return at != messages_.end() && at->row == row ? text(at->text) : std::string_view();
}

void TraceSet::keep_record(std::string_view record) {
  const std::size_t bytes = record.size() + kHeapBlockBytes;
  if (!has_room(growth_bytes(records_) + bytes)) return;
  records_.push_back({size_, std::string(record)});
  record_bytes_ += bytes;
}

std::string_view TraceSet::record(std::uint32_t row) const {
  const auto at = std::lower_bound(
      records_.begin(), records_.end(), row,
      [](const Record& record, std::uint32_t wanted) { return record.row < wanted; });
  return at != records_.end() && at->row == row ? std::string_view(at->bytes) : std::string_view();
}

bool TraceSet::has_room(std::size_t more_bytes) {
  if (more_bytes != 0 && memory_bytes() + more_bytes > memory_bytes_max_) is_full_ = true;
  return !is_full_;
}

bool TraceSet::add_chunk() {
  if (!has_room(kChunkBytes + kChunkSpans * kAnalysisBytes)) return false;
  // Not cleared: a row is written whole before it is counted.
  chunks_.emplace_back(new SpanRow[kChunkSpans]);
  return true;
}

CallsiteId TraceSet::callsite_of(StringId service, StringId name) {
  const Callsite wanted{service, name};
  if (!callsites_.empty() && callsite(last_callsite_) == wanted) return last_callsite_;
  const auto found = callsite_index_.find(
      hash_of(wanted), [&](std::uint32_t row) { return callsites_[row] == wanted; });
  if (found != SlotTable::kNone) return last_callsite_ = CallsiteId{found};
  if (!has_room(callsite_index_.growth_bytes() + growth_bytes(callsites_, kCallsiteAnalysisBytes)))
    return {};
  callsites_.push_back(wanted);
  callsite_index_.insert(callsite_count() - 1,
                         [this](std::uint32_t row) { return hash_of(callsites_[row]); });
  return last_callsite_ = CallsiteId{callsite_count() - 1};
}

TraceNumber TraceSet::number_of(const TraceKey& trace) {
  if (!traces_.empty() && trace_key(last_trace_) == trace) return last_trace_;
  const auto found =
      trace_index_.find(hash_of(trace), [&](std::uint32_t row) { return traces_[row] == trace; });
  if (found != SlotTable::kNone) return last_trace_ = TraceNumber{found};
  if (!has_room(trace_index_.growth_bytes() + growth_bytes(traces_, kTraceAnalysisBytes)))
    return {};
  traces_.push_back(trace);
  trace_index_.insert(trace_count() - 1,
                      [this](std::uint32_t row) { return hash_of(traces_[row]); });
  return last_trace_ = TraceNumber{trace_count() - 1};
}

std::int64_t TraceSet::checked_time(std::uint64_t untrusted_unix_ns) {
  if (untrusted_unix_ns <= static_cast<std::uint64_t>(kTimeMax))
    return static_cast<std::int64_t>(untrusted_unix_ns);
  ++bad_times_;
  return kTimeMax;
}

std::uint64_t TraceSet::memory_bytes() const noexcept {
  return chunks_.size() * (kChunkBytes + kChunkSpans * kAnalysisBytes) + strings_.memory_bytes() +
         messages_.capacity() * sizeof(Message) + records_.capacity() * sizeof(Record) +
         record_bytes_ + traces_.capacity() * (sizeof(TraceKey) + kTraceAnalysisBytes) +
         trace_index_.memory_bytes() +
         callsites_.capacity() * (sizeof(Callsite) + kCallsiteAnalysisBytes) +
         callsite_index_.memory_bytes() + std::uint64_t{calls_} * kCallAnalysisBytes;
}

}  // namespace nanospan::tools::analysis

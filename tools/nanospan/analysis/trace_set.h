// TraceSet: millions of spans, small, as readers add them: what `analyze` works on.
//
// Readers intern the service once a resource and hand in one NewSpan a span; nothing is checked
// against other spans here (duplicates, missing parents, cycles: see trees.h). A span is a row of
// kSpanBytes: trace, service and name are numbers. Rows stand in chunks that never move.
// Threads: none. Memory: memory_bytes_max, which what the analysis needs is a part of; beyond it
// spans are refused and counted, and so are all that come later, so that no trace is patchy in the
// middle of the input. Limits: times above kTimeMax are set to it and counted; 2^32 - 2 spans.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/slot_table.h"
#include "analysis/string_table.h"
#include "nanospan/span_types.h"

namespace nanospan::tools::analysis {

// Ids as numbers, of which the first byte is the highest: as their hex reads.
struct TraceKey {
  std::uint64_t high = 0, low = 0;
  bool operator==(const TraceKey&) const = default;
};
[[nodiscard]] std::uint64_t id_from_bytes(const void* eight_bytes) noexcept;
[[nodiscard]] inline TraceKey trace_key_from_bytes(const void* sixteen_bytes) noexcept {
  return {id_from_bytes(sixteen_bytes),
          id_from_bytes(static_cast<const std::byte*>(sixteen_bytes) + 8)};
}

enum class TraceNumber : std::uint32_t {};
// A service and a span's name.
enum class CallsiteId : std::uint32_t {};
struct Callsite {
  StringId service, name;
  bool operator==(const Callsite&) const = default;
};

namespace analysis_flag {
inline constexpr std::uint8_t kUnfinished = 1;    // attribute nanospan.unfinished
inline constexpr std::uint8_t kRemoteParent = 2;  // OTLP's flags, bits 8 and 9, both set
}  // namespace analysis_flag

// What a reader hands over.
struct NewSpan {
  TraceKey trace;
  std::uint64_t span_id = 0;    // 0, as a trace of 0, is refused and counted
  std::uint64_t parent_id = 0;  // 0: none
  std::uint64_t start_unix_ns = 0, end_unix_ns = 0;
  StringId service = kEmptyString;  // resource attribute service.name
  StringId name = kEmptyString;
  StringId host = kEmptyString;     // resource attribute host.name: spans of one host share a clock
  StringId peer = kEmptyString;     // of a client: peer.service, else server.address
  StringId message = kEmptyString;  // of its status, which few have
  std::string_view record;          // its OTLP message, where somebody shows all of it
  std::uint32_t resend_count = 0;   // http.request.resend_count: this is a retry
  SpanKind kind = SpanKind::kInternal;
  StatusCode status = StatusCode::kUnset;
  std::uint8_t flags = 0;  // analysis_flag
};

// A span as it is kept.
struct SpanRow {
  std::uint64_t span_id;
  std::uint64_t parent_id;  // 0: none
  std::int64_t start_ns;    // Unix; 0 to TraceSet::kTimeMax
  std::int64_t end_ns;      // the same; may be below start_ns
  TraceNumber trace;
  CallsiteId callsite;
  StringId host;
  StringId peer;
  SpanKind kind;
  StatusCode status;
  std::uint8_t flags;
  std::uint8_t resend_count;  // 255 at most
};
[[nodiscard]] inline bool is_unfinished(const SpanRow& span) noexcept {
  return (span.flags & analysis_flag::kUnfinished) != 0;
}
// One that had not ended is no error, whatever was written into its status.
[[nodiscard]] inline bool has_failed(const SpanRow& span) noexcept {
  return span.status == StatusCode::kError && !is_unfinished(span);
}

class TraceSet {
 public:
  static constexpr std::uint64_t kMemoryBytesMax = std::uint64_t{1} << 30;
  static constexpr std::size_t kSpanBytes = sizeof(SpanRow);
  static constexpr std::size_t kChunkSpans = std::size_t{1} << 14;
  // The order by trace, the place of the parent, the tree: what the analysis adds a span, ...
  static constexpr std::size_t kAnalysisBytes = 16;
  static constexpr std::size_t kTraceAnalysisBytes = 16;      // ... and a trace
  static constexpr std::size_t kCallsiteAnalysisBytes = 192;  // its sums
  // A server's span with a parent: what its call says of two clocks (ClockSkew), while they are
  // put right.
  static constexpr std::size_t kCallAnalysisBytes = 56;
  // In 2116. Sums and differences of times and clock offsets stay far inside 64 bits.
  static constexpr std::int64_t kTimeMax = std::int64_t{1} << 62;

  explicit TraceSet(std::uint64_t memory_bytes_max = kMemoryBytesMax);

  // When there is no room any more: kEmptyString, and add() refuses.
  [[nodiscard]] StringId intern(std::string_view untrusted_text);
  // False: refused, and counted.
  bool add(const NewSpan& untrusted_span);

  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  [[nodiscard]] const SpanRow& operator[](std::uint32_t index) const {
    return chunks_[index / kChunkSpans][index % kChunkSpans];
  }
  [[nodiscard]] std::uint32_t trace_count() const noexcept {
    return static_cast<std::uint32_t>(traces_.size());
  }
  [[nodiscard]] TraceKey trace_key(TraceNumber trace) const {
    return traces_[static_cast<std::size_t>(trace)];
  }
  [[nodiscard]] std::uint32_t callsite_count() const noexcept {
    return static_cast<std::uint32_t>(callsites_.size());
  }
  [[nodiscard]] Callsite callsite(CallsiteId id) const {
    return callsites_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] StringId service_of(const SpanRow& span) const {
    return callsite(span.callsite).service;
  }
  [[nodiscard]] std::string_view text(StringId id) const { return strings_.text(id); }
  // Of a span's status, by its row; "": none.
  [[nodiscard]] std::string_view message(std::uint32_t row) const;
  // What was handed in as its record; "": none was.
  [[nodiscard]] std::string_view record(std::uint32_t row) const;

  [[nodiscard]] std::uint64_t memory_bytes() const noexcept;  // with the analysis' part
  [[nodiscard]] std::uint64_t memory_bytes_max() const noexcept { return memory_bytes_max_; }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }        // no room
  [[nodiscard]] std::uint64_t without_id() const noexcept { return without_id_; }  // refused too
  [[nodiscard]] std::uint64_t bad_times() const noexcept { return bad_times_; }    // above kTimeMax

 private:
  struct Message {
    std::uint32_t row;
    StringId text;
  };
  struct Record {
    std::uint32_t row;
    std::string bytes;
  };
  bool has_room(std::size_t more_bytes);
  bool add_chunk();
  CallsiteId callsite_of(StringId service, StringId name);
  TraceNumber number_of(const TraceKey& trace);
  void keep_message(StringId message);
  void keep_record(std::string_view record);
  std::int64_t checked_time(std::uint64_t untrusted_unix_ns);

  const std::uint64_t memory_bytes_max_;
  bool is_full_ = false;
  StringTable strings_;
  std::vector<std::unique_ptr<SpanRow[]>> chunks_;
  std::uint32_t size_ = 0;
  std::uint32_t calls_ = 0;        // spans of servers that have a parent
  std::vector<Message> messages_;  // in the order of their rows
  std::vector<Record> records_;    // likewise
  std::uint64_t record_bytes_ = 0;
  std::vector<TraceKey> traces_;
  SlotTable trace_index_;
  std::vector<Callsite> callsites_;
  SlotTable callsite_index_;
  TraceNumber last_trace_{};
  CallsiteId last_callsite_{};
  std::uint64_t refused_ = 0, without_id_ = 0, bad_times_ = 0;
};
static_assert(TraceSet::kSpanBytes <= 56);

}  // namespace nanospan::tools::analysis

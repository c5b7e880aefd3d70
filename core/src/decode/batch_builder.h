// BatchBuilder: fills a SpanBatch, the only one who may.
//
// Use: a reader's read_finished(builder, n) fills it; look at batch(); clear() for the next, which
// keeps the memory, so that in steady state nothing is allocated.
// Threads: none. Invariants: one batch holds spans of one DefinitionTable only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "decode/definition_table.h"
#include "nanospan/span_batch.h"

namespace nanospan {

// In namespace nanospan because SpanBatch names it as its friend.
class BatchBuilder {
 public:
  // A batch never holds more payload than this and one record: readers stop and say `more`.
  static constexpr std::size_t kPayloadWordsMax = std::size_t{4} << 20;

  // Binds the batch; no effect on what it holds. Only when empty, or bound to the same table.
  void begin(const std::shared_ptr<const Resource>& resource,
             const std::shared_ptr<const detail::DefinitionTable>& definitions);

  [[nodiscard]] const SpanBatch& batch() const noexcept { return batch_; }
  [[nodiscard]] std::size_t size() const noexcept { return batch_.records_.size(); }
  [[nodiscard]] bool empty() const noexcept { return batch_.records_.empty(); }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return batch_.records_.size() * sizeof(SpanRecord) + batch_.words_.size() * 8 +
           batch_.text_.size();
  }
  [[nodiscard]] bool full() const noexcept { return batch_.words_.size() >= kPayloadWordsMax; }

  // Forgets the spans and keeps the memory.
  void clear() noexcept;

  // For who decodes. A span's payload, checked (decode/payload_check.h), goes first: append it at
  // words(), then add() the record, or drop_words() back to where it began.
  [[nodiscard]] std::vector<std::uint64_t>& words() noexcept { return batch_.words_; }
  void drop_words(std::size_t size) noexcept { batch_.words_.resize(size); }
  // `record.payload_first`, `callsite` and `thread` are the caller's to set.
  void add(const SpanRecord& record) { add() = record; }
  // An empty record at the end, to be filled in place.
  [[nodiscard]] SpanRecord& add() { return batch_.records_.emplace_back(); }
  // The one added last; only when not empty().
  [[nodiscard]] const SpanRecord& newest() const noexcept { return batch_.records_.back(); }
  // Takes it out again, and its payload.
  void drop_newest(std::size_t payload_first) noexcept {
    batch_.records_.pop_back();
    drop_words(payload_first);
  }
  // Takes out the spans for which it is true; their payload stays and is no one's.
  template <typename F>
  std::size_t remove_if(F&& is_unwanted) {
    return std::erase_if(batch_.records_, is_unwanted);
  }
  // Whose spans follow: the batch keeps it alive for the records' `thread`.
  const ThreadInfo* keep(const std::shared_ptr<const ThreadInfo>& thread);
  // Puts a vendor state's text into the batch. A reference that is not 0 and equals the last one
  // names the same text.
  struct PlacedText {
    std::uint32_t reference = 0, first = 0;
    std::uint16_t bytes = 0;
  };
  PlacedText place_tracestate(std::string_view text, std::uint32_t reference);
  [[nodiscard]] const PlacedText& last_tracestate() const noexcept { return tracestate_; }

 private:
  SpanBatch batch_;
  PlacedText tracestate_;
};

namespace decode {
using nanospan::BatchBuilder;
}

}  // namespace nanospan

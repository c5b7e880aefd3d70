// Spans numbered by their writers, and an exporter that holds what arrives against the numbers.
//
// What a number means is computed from it alone, so a torn or mixed-up record shows.
// Threads: record_numbered() any; the Ledger is read after a flush.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "nanospan/nanospan.h"
#include "support/recording.h"

namespace nanospan::test {

inline constinit Key kWriter{"writer"};
inline constinit Key kNumber{"number"};
inline constinit Key kText{"text"};

// 1 by default; more with NANOSPAN_TEST_LEVEL=ci or all.
inline int stress_factor(int ci, int all) {
  const char* const level = std::getenv("NANOSPAN_TEST_LEVEL");
  if (level == nullptr) return 1;
  return std::strcmp(level, "all") == 0 ? all : std::strcmp(level, "ci") == 0 ? ci : 1;
}

constexpr std::size_t kTextMax = 300;
inline std::size_t text_bytes(std::int64_t number) {
  return static_cast<std::size_t>(number * 7 % static_cast<std::int64_t>(kTextMax));
}
inline char letter(std::int64_t number) {
  return static_cast<char>('a' + number % 26);
}

// One slot, some, or more than an open slot holds, by the number.
template <typename S>
void describe_numbered(S& span, std::int64_t writer, std::int64_t number) {
  span.set_attribute(kWriter, writer);
  span.set_attribute(kNumber, number);
  if (number % 3 == 0) return;
  char text[kTextMax];
  std::memset(text, letter(number), sizeof(text));
  span.set_attribute(kText, std::string_view(text, text_bytes(number)));
}

inline void record_numbered(std::int64_t writer, std::int64_t number) {
  NANOSPAN_SCOPE(span, "numbered");
  describe_numbered(span, writer, number);
}

// What arrived. `last` grows: a thread's spans come in the order of their ends.
struct Ledger {
  std::mutex mutex;
  std::map<std::int64_t, std::int64_t> last;  // by writer
  std::uint64_t arrived = 0, torn = 0, clipped = 0, disordered = 0, others = 0;
  std::uint64_t other_events = 0;  // of the others, with those that limits dropped

  void enter(const SpanView& span) {
    if (span.name() != "numbered") {
      ++others;
      other_events += span.dropped().events;
      span.for_each_event([this](const auto&) { ++other_events; });
      return;
    }
    std::int64_t writer = -1, number = -1;
    std::string_view text;
    bool has_text = false;
    span.for_each_attribute([&](const AttributeView& attribute) {
      if (attribute.key == "writer") writer = attribute.value.as_int64();
      if (attribute.key == "number") number = attribute.value.as_int64();
      if (attribute.key == "text") text = attribute.value.as_string(), has_text = true;
    });
    ++arrived;
    // Where memory is short a text may be left out, and the span says so.
    const std::uint32_t dropped = span.dropped().attributes;
    if (dropped != 0) ++clipped;
    const bool whole =
        writer >= 0 && number >= 0 && has_text + dropped == (number % 3 != 0 ? 1u : 0u) &&
        (!has_text || (text.size() == text_bytes(number) &&
                       text.find_first_not_of(letter(number)) == std::string_view::npos));
    if (!whole) ++torn;
    const auto [at, first] = last.try_emplace(writer, number);
    if (!first && at->second >= number) ++disordered;
    at->second = number;
  }
};

class LedgerExporter final : public Exporter {
 public:
  explicit LedgerExporter(std::shared_ptr<Ledger> ledger) : ledger_(std::move(ledger)) {}
  ExportResult export_batch(const SpanBatch& batch, Deadline) override {
    const std::lock_guard lock(ledger_->mutex);
    for (const SpanView span : batch) ledger_->enter(span);
    return ExportResult::kSuccess;
  }
  std::string describe() const override { return "a ledger"; }

 private:
  std::shared_ptr<Ledger> ledger_;
};

// A recording whose spans go into a ledger.
struct NumberedRecording {
  std::shared_ptr<Ledger> ledger = std::make_shared<Ledger>();
  Recording recording;

  explicit NumberedRecording(RecorderOptions options = {})
      : recording(with_ledger(std::move(options))) {}

  // At rest: both equations hold, nothing is torn, and what did not arrive is accounted for.
  Accounting expect_all_accounted_for(std::uint64_t recorded) {
    const Accounting sum = recording.expect_balanced_at_rest();
    EXPECT_EQ(sum.started, recorded);
    EXPECT_EQ(sum.in_flight, 0u);
    EXPECT_EQ(sum.damaged, 0u);
    const std::lock_guard lock(ledger->mutex);
    EXPECT_EQ(ledger->torn, 0u);
    EXPECT_LE(ledger->clipped, sum.clipped);
    EXPECT_EQ(ledger->disordered, 0u);
    EXPECT_EQ(ledger->arrived + ledger->others, sum.delivered);
    EXPECT_EQ(recorded, sum.delivered + sum.lost() + sum.overwritten + sum.refused +
                            sum.unexported + sum.sampled_out);
    return sum;
  }

 private:
  RecorderOptions with_ledger(RecorderOptions options) {
    options.exporters.push_back(std::make_shared<LedgerExporter>(ledger));
    return options;
  }
};

}  // namespace nanospan::test

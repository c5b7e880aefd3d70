// What a numbered span says of itself, from a region or from a file, and whether it is right.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nanospan/span_batch.h"
#include "otlp.pb.h"

namespace nanospan::test {

struct NumberedFacts {
  std::string name;
  std::optional<std::int64_t> number, writer;
  std::optional<std::string> text;
  std::vector<std::int64_t> events;
  bool has_more = false;  // what no writer gives

  [[nodiscard]] bool is_child() const { return name == "child"; }
  [[nodiscard]] std::int64_t ordinal() const;
  // "" or what is wrong.
  [[nodiscard]] std::string check_finished() const;
  // The same of a span that may lack what comes last.
  [[nodiscard]] std::string check_open() const;
};

[[nodiscard]] NumberedFacts facts_of(const SpanView& span);
[[nodiscard]] NumberedFacts facts_of(const otlp::v1::Span& span);

// A file of batches; the last may be cut, where its writer was killed within the write.
struct DeliveredFile {
  std::vector<std::vector<NumberedFacts>> batches;
  bool is_cut = false;
};
[[nodiscard]] DeliveredFile read_delivered(const std::string& path);

}  // namespace nanospan::test

// Holds what a fresh reader finds in a region against the script that its writer was carrying out.
//
// Between two acts there is one right answer. Within an act the span that it is about may be as it
// was before or as it is after, and nothing else may differ. Which finished spans the rings still
// hold is computed from the positions of a run that nobody interrupted.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crash/script.h"
#include "decode/batch_builder.h"
#include "format/region_view.h"

namespace nanospan::test {

// The place of each record, from the page of an uninterrupted run.
class RecordPlaces {
 public:
  RecordPlaces(const std::vector<Act>& script, const Progress& uninterrupted);

  struct Record {
    int span;
    std::size_t act;      // that published it
    std::uint64_t first;  // position
    std::size_t ring;
  };
  [[nodiscard]] const std::vector<Record>& records() const { return records_; }
  // Was it there before the writer got as far as `acts`, and after?
  [[nodiscard]] bool is_held(const Record& record, std::size_t acts) const;

 private:
  static std::uint64_t slots_of(std::size_t ring);
  std::vector<Record> records_;
  std::vector<std::uint64_t> positions_, ring_first_;  // positions by acts
  std::vector<std::size_t> rings_;                     // the one in use, by acts
};

class ScriptCheck {
 public:
  ScriptCheck(const std::vector<Act>& script, const RecordPlaces& places)
      : script_(script), places_(places) {}

  // "" or what is wrong.
  std::string check(const format::RegionView& view, const Progress& progress);

 private:
  void follow(std::size_t begun, std::size_t returned);
  [[nodiscard]] std::optional<int> number_of(const SpanView& span, const Progress& progress) const;
  std::string check_span(const SpanView& span, int number, const Progress& progress);
  std::string check_ids(const SpanView& span, int number, const Progress& progress) const;
  std::string check_finished(const std::vector<int>& numbers) const;
  std::string check_open(const std::vector<int>& numbers, const std::vector<int>& finished) const;
  [[nodiscard]] const Act* act_under_way() const {
    return begun_ == returned_ ? nullptr : &script_[begun_ - 1];
  }

  const std::vector<Act>& script_;
  const RecordPlaces& places_;
  std::size_t begun_ = 0, returned_ = 0;
  ScriptModel before_, after_;  // of the acts that returned, of those that were begun
  std::map<int, std::vector<std::uint64_t>> known_;  // payloads of finished spans, once compared
  BatchBuilder batch_;
};

}  // namespace nanospan::test

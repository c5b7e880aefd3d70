#include "crash/script_check.h"

#include <algorithm>

#include "decode/region_reader.h"

namespace nanospan::test {
namespace {

std::string about(int number, const std::string& what) {
  return "span " + std::to_string(number) + " " + what;
}

}  // namespace

std::uint64_t RecordPlaces::slots_of(std::size_t ring) {
  return kRingBytes / sizeof(detail::Slot) * (ring == 0 ? 1 : kRingGrowth);
}

RecordPlaces::RecordPlaces(const std::vector<Act>& script, const Progress& uninterrupted) {
  for (std::size_t acts = 0; acts <= script.size(); ++acts) {
    positions_.push_back(uninterrupted.position[acts].load());
    rings_.push_back(acts == 0 ? 0 : uninterrupted.ring_count[acts].load() - 1);
  }
  for (std::size_t ring = 0; ring <= rings_.back(); ++ring)
    ring_first_.push_back(uninterrupted.ring_first[ring].load());
  for (std::size_t act = 0; act < script.size(); ++act) {
    if (script[act].verb != Verb::kEnd && script[act].verb != Verb::kEndEarly) continue;
    const std::size_t ring = rings_[act];
    const std::uint64_t slots = slots_of(ring), before = positions_[act];
    const std::uint64_t taken = positions_[act + 1] - before;
    const std::uint64_t index = (before - ring_first_[ring]) % slots;
    const bool is_at_end = before != ring_first_[ring] && index == 0;  // full: the ring wraps
    const std::uint64_t left = is_at_end ? 0 : slots - index;
    records_.push_back(
        {script[act].span, act, taken > left ? before + left : before, rings_[act + 1]});
  }
}

bool RecordPlaces::is_held(const Record& record, std::size_t acts) const {
  const bool is_left = record.ring + 1 < ring_first_.size() && rings_[acts] > record.ring;
  const std::uint64_t end = is_left ? ring_first_[record.ring + 1] : positions_[acts];
  return record.first + slots_of(record.ring) >= end;
}

void ScriptCheck::follow(std::size_t begun, std::size_t returned) {
  for (; begun_ < begun; ++begun_) after_.apply(script_[begun_]);
  for (; returned_ < returned; ++returned_) before_.apply(script_[returned_]);
}

// A span whose start has not returned has ids that nobody was told.
std::optional<int> ScriptCheck::number_of(const SpanView& span, const Progress& progress) const {
  for (int number = 0; number < after_.span_count(); ++number)
    if (progress.ids[number].span.load() == span.span_id().value) return number;
  const Act* const act = act_under_way();
  const bool is_starting =
      act != nullptr && (act->verb == Verb::kStart || act->verb == Verb::kStartDetached);
  if (is_starting && progress.ids[act->span].span.load() == 0) return act->span;
  return std::nullopt;
}

std::string ScriptCheck::check_ids(const SpanView& span, int number,
                                   const Progress& progress) const {
  const auto trace_of = [&](int of) {
    return TraceId{progress.ids[of].trace_high.load(), progress.ids[of].trace_low.load()};
  };
  const int parent = after_.span(number).parent;
  if (span.span_id().value == 0 || !span.trace_id().is_valid()) return "has no ids";
  if (progress.ids[number].span.load() != 0 && !(span.trace_id() == trace_of(number)))
    return "has another trace id";
  if (parent < 0) return span.parent_span_id().is_valid() ? "is a root and has a parent" : "";
  if (span.parent_span_id().value != progress.ids[parent].span.load()) return "has a wrong parent";
  return span.trace_id() == trace_of(parent) ? "" : "is not in its parent's trace";
}

std::string ScriptCheck::check_span(const SpanView& span, int number, const Progress& progress) {
  const std::span<const std::uint64_t> payload = span.payload();
  if (const auto at = known_.find(number); !span.unfinished() && at != known_.end())
    return std::equal(payload.begin(), payload.end(), at->second.begin(), at->second.end())
               ? ""
               : about(number, "has changed since it was finished");
  if (const std::string wrong = check_ids(span, number, progress); !wrong.empty())
    return about(number, wrong);
  if (span.start_unix_ns() > span.end_unix_ns()) return about(number, "ends before it starts");
  const std::string found = text_of(span);
  const SpanModel& after = after_.span(number);
  const bool was_there = number < before_.span_count();
  bool matches = found == after.text() || (was_there && found == before_.span(number).text());
  if (const Act* const act = act_under_way(); !matches && act != nullptr && act->span == number) {
    // A status is set before its text; a detached span's first attributes follow its start.
    SpanModel between = after;
    if (act->verb == Verb::kStatus) between.status_text.clear();
    matches = found == between.text();
  }
  if (!matches) return about(number, "is '" + found + "', not '" + after.text() + "'");
  if (!span.unfinished()) known_[number].assign(payload.begin(), payload.end());
  return "";
}

// Of each ring a tail without a gap: all that must be held, and nothing that can't be.
std::string ScriptCheck::check_finished(const std::vector<int>& numbers) const {
  auto found = numbers.begin();
  bool is_in_tail = false;
  std::size_t ring = 0;
  for (const RecordPlaces::Record& record : places_.records()) {
    if (record.act >= begun_) break;
    if (record.ring != ring) is_in_tail = false;
    ring = record.ring;
    const bool must = record.act < returned_ && places_.is_held(record, begun_);
    const bool may = places_.is_held(record, returned_);
    const bool is_found = found != numbers.end() && *found == record.span;
    if (is_found) ++found;
    if (must && !is_found) return about(record.span, "was finished and is lost");
    if (is_found && !may) return about(record.span, "was overwritten and is there again");
    if (is_in_tail && !is_found && record.act < returned_)
      return about(record.span, "is missing between others");
    is_in_tail |= is_found;
  }
  return found == numbers.end() ? "" : about(*found, "is finished out of its turn");
}

std::string ScriptCheck::check_open(const std::vector<int>& numbers,
                                    const std::vector<int>& finished) const {
  const auto has = [](const std::vector<int>& in, int number) {
    return std::find(in.begin(), in.end(), number) != in.end();
  };
  const Act* const act = act_under_way();
  for (int number = 0; number < after_.span_count(); ++number) {
    const bool is_found = has(numbers, number);
    if (is_found && has(finished, number)) return about(number, "is both finished and open");
    const bool was_open = number < before_.span_count() && before_.span(number).is_open;
    const bool is_open = after_.span(number).is_open;
    // Rewritten in its place: the one record of its lane that a crash may cost.
    const bool is_rewritten = act != nullptr && act->span == number && act->verb == Verb::kAgain;
    if (was_open && is_open && !is_found && !is_rewritten)
      return about(number, "was open and is lost");
    if (was_open && !is_open && !is_found && !has(finished, number))
      return about(number, "is neither open nor finished");
    if (!was_open && !is_open && is_found) return about(number, "is open again");
  }
  return "";
}

std::string ScriptCheck::check(const format::RegionView& view, const Progress& progress) {
  follow(progress.begun.load(), progress.returned.load());
  decode::RegionReader reader(view, {.owner_is_gone = true});
  batch_.clear();
  decode::ReadStats stats = reader.read_finished(batch_, kSpansMax);
  if (stats.damaged != 0) return std::to_string(stats.damaged) + " records are damaged";
  if (stats.more) return "there are more records than spans";
  reader.read_open(batch_, decode::time_of_death(view, reader.clock()));
  std::vector<int> finished, open;
  for (const SpanView span : batch_.batch()) {
    const auto number = number_of(span, progress);
    if (!number) return "a span that nobody started: " + text_of(span);
    (span.unfinished() ? open : finished).push_back(*number);
    if (std::string wrong = check_span(span, *number, progress); !wrong.empty()) return wrong;
  }
  if (std::string wrong = check_finished(finished); !wrong.empty()) return wrong;
  return check_open(open, finished);
}

}  // namespace nanospan::test

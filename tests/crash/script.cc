#include "crash/script.h"

#include <algorithm>

#include "support/recording.h"

namespace nanospan::test {
namespace {

// Every kind of call while what is said fits the open slot, nested, early ends, detached spans.
void add_plain_acts(std::vector<Act>& script) {
  const auto add = [&](Verb verb, int span, int value = 0) {
    script.push_back({verb, span, value});
  };
  add(Verb::kStart, 0);
  add(Verb::kNumber, 0);
  add(Verb::kStart, 1);
  add(Verb::kReal, 1);
  add(Verb::kFlag, 1);
  add(Verb::kStart, 2);
  for (const Verb verb : {Verb::kNumber, Verb::kLiteral, Verb::kEvent, Verb::kEnd}) add(verb, 2);
  add(Verb::kText, 1, 11);
  add(Verb::kEventWith, 1, 7);
  add(Verb::kEnd, 1);
  add(Verb::kLink, 0, 9);
  add(Verb::kStart, 3);
  add(Verb::kEndEarly, 0);
  add(Verb::kStatus, 3);
  add(Verb::kRename, 3);
  add(Verb::kEnd, 3);
  add(Verb::kStart, 4);
  add(Verb::kStartDetached, 5, 4);
  add(Verb::kNumber, 5);
  add(Verb::kStartDetached, 6, -1);
  add(Verb::kEvent, 5);
  add(Verb::kEnd, 4);
  add(Verb::kStatus, 5);
  add(Verb::kEnd, 5);
  add(Verb::kText, 6, 400);
  add(Verb::kStart, 7);
  add(Verb::kEnd, 7);
  add(Verb::kEnd, 6);
}

// What does not fit goes on in pages; a key that is given too often is compacted.
int add_overflowing_acts(std::vector<Act>& script, int span) {
  script.push_back({Verb::kStart, span});
  for (int k = 0; k < 6; ++k) script.push_back({Verb::kText, span, 40 + 3 * k});
  script.push_back({Verb::kStart, span + 1});
  script.push_back({Verb::kText, span + 1, 300});
  script.push_back({Verb::kEventWith, span + 1, 1});
  script.push_back({Verb::kEnd, span + 1});
  script.push_back({Verb::kText, span, 900});
  script.push_back({Verb::kEnd, span});
  script.push_back({Verb::kStart, span + 2});
  for (int k = 0; k < static_cast<int>(kAttributesMax) + 3; ++k)
    script.push_back({Verb::kAgain, span + 2, k});
  script.push_back({Verb::kEnd, span + 2});
  return span + 3;
}

// Records of all sizes, one after the other.
int add_laps(std::vector<Act>& script, int span, int count) {
  for (int i = 0; i < count; ++i, ++span) {
    script.push_back({Verb::kStart, span});
    script.push_back({Verb::kNumber, span});
    if (span % 4 != 0) script.push_back({Verb::kText, span, span * 37 % 300});
    if (span % 7 == 0) script.push_back({Verb::kEvent, span});
    script.push_back({Verb::kEnd, span});
  }
  return span;
}

std::string shown_number(std::int64_t value) {
  return std::to_string(value);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += " " + part;
  return text;
}

template <typename View>
std::string attributes_of(const View& view) {
  std::map<std::string, std::string> sorted;
  view.for_each_attribute([&](const AttributeView& attribute) {
    const AttributeValue& value = attribute.value;
    std::string text = "?";
    if (value.type() == ValueType::kString) text = value.as_string();
    if (value.type() == ValueType::kInt64) text = shown_number(value.as_int64());
    if (value.type() == ValueType::kBool) text = value.as_bool() ? "true" : "false";
    if (value.type() == ValueType::kDouble) text = shown_real(value.as_double());
    sorted[std::string(attribute.key)] = text;
  });
  std::string text;
  for (const auto& [key, value] : sorted) text += " " + key + "=" + value;
  return text;
}

}  // namespace

std::vector<Act> make_script(bool laps_larger_ring) {
  std::vector<Act> script;
  add_plain_acts(script);
  int span = add_overflowing_acts(script, 8);
  span = add_laps(script, span, 70);
  script.push_back({Verb::kPrepareRing, span});
  span = add_laps(script, span, 50);
  script.push_back({Verb::kStart, span});
  script.push_back({Verb::kText, span, 5000});  // two pages
  script.push_back({Verb::kText, span, 30});
  script.push_back({Verb::kEnd, span});
  if (laps_larger_ring) add_laps(script, span + 1, 300);
  return script;
}

std::string letters(int span, int count) {
  return std::string(static_cast<std::size_t>(count), static_cast<char>('a' + span % 26));
}

void ScriptModel::apply(const Act& act) {
  if (act.verb == Verb::kPrepareRing) return;
  const auto number = static_cast<std::size_t>(act.span);
  if (spans_.size() <= number) spans_.resize(number + 1);
  SpanModel& span = spans_[number];
  switch (act.verb) {
    case Verb::kStart:
      span.parent = stack_.empty() ? -1 : stack_.back();
      stack_.push_back(act.span);
      span.name = "scoped", span.is_open = true;
      break;
    case Verb::kStartDetached:
      span.parent = act.value;
      span.name = "detached", span.is_open = true;
      break;
    case Verb::kEnd:
    case Verb::kEndEarly:
      std::erase(stack_, act.span);
      span.is_open = false, span.is_finished = true;
      break;
    case Verb::kNumber:
      span.attributes["number"] = shown_number(act.span);
      break;
    case Verb::kReal:
      span.attributes["real"] = shown_real(act.span + 0.5);
      break;
    case Verb::kFlag:
      span.attributes["flag"] = act.span % 2 != 0 ? "true" : "false";
      break;
    case Verb::kLiteral:
      span.attributes["literal"] = "a literal";
      break;
    case Verb::kText:
      span.attributes["text" + std::to_string(act.value)] = letters(act.span, act.value);
      break;
    case Verb::kAgain:
      span.attributes["again"] = shown_number(act.value);
      break;
    case Verb::kEvent:
      span.events.emplace_back("event()");
      break;
    case Verb::kEventWith:
      span.events.push_back("event( value=" + shown_number(act.value) + ")");
      break;
    case Verb::kLink:
      span.links.push_back("link( value=" + shown_number(act.value) + ")");
      break;
    case Verb::kStatus:
      span.status = StatusCode::kError, span.status_text = kStatusText;
      break;
    case Verb::kRename:
      span.name = "renamed";
      break;
    case Verb::kPrepareRing:
      break;
  }
}

std::string SpanModel::text() const {
  std::string text = name + " status=" + std::to_string(static_cast<int>(status)) + status_text;
  for (const auto& [key, value] : attributes) text += " " + key + "=" + value;
  return text + joined(events) + joined(links);
}

std::string text_of(const SpanView& span) {
  std::string text = std::string(span.name()) +
                     " status=" + std::to_string(static_cast<int>(span.status_code())) +
                     std::string(span.status_text()) + attributes_of(span);
  span.for_each_event([&](const EventView& event) {
    const bool is_inside = event.time_unix_ns >= span.start_unix_ns() &&
                           (span.unfinished() || event.time_unix_ns <= span.end_unix_ns());
    text += " " + std::string(event.name) + "(" + attributes_of(event) + ")";
    if (!is_inside) text += "outside its span";
  });
  span.for_each_link([&](const LinkView& link) {
    const bool is_ours = link.context.trace_id.high == kLinkTrace &&
                         link.context.trace_id.low == kLinkTrace &&
                         link.context.span_id.value == kLinkSpan;
    text += std::string(is_ours ? " link(" : " another link(") + attributes_of(link) + ")";
  });
  if (span.dropped().attributes + span.dropped().events + span.dropped().links != 0)
    text += " dropped";
  return text;
}

}  // namespace nanospan::test

// Performs the script and says in its page how far it is; single_step_test steps through it.
//
// Usage: step_writer <directory> <page> <larger ring: 0 or 1> <stop before each act: 0 or 1>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "capture/runtime.h"
#include "crash/script.h"
#include "crash/shared_page.h"
#include "nanospan/nanospan.h"

namespace nanospan::test {
namespace {

constinit Key number_key{"number"}, real_key{"real"}, flag_key{"flag"}, literal_key{"literal"},
    literal_text{"a literal"}, again_key{"again"};

// Scoped spans stay where they are made, so each has its place.
struct Performer {
  explicit Performer(Progress& kept) : progress(kept) {}

  Progress& progress;
  std::array<std::optional<ScopedSpan>, kSpansMax> scoped;
  std::array<Span, kSpansMax> detached;

  region::Region& region() const { return *capture::current()->region; }
  void keep_ids(int number, const SpanContext& context) {
    Progress::Ids& ids = progress.ids[number];
    ids.trace_high.store(context.trace_id.high);
    ids.trace_low.store(context.trace_id.low);
    ids.span.store(context.span_id.value);
  }
  void start_detached(const Act& act) {
    const auto number = static_cast<std::size_t>(act.span);
    const Context none;
    const Context current = current_context();
    detached[number] = NANOSPAN_SPAN("detached", {}, {.parent = act.value < 0 ? &none : &current});
    keep_ids(act.span, detached[number].context().span_context());
  }
  template <typename S>
  void annotate(S& span, const Act& act, const std::string& key, const std::string& text);
  void perform(const Act& act, const std::string& key, const std::string& text);
  void note_rings(std::size_t acts);
};

template <typename S>
void Performer::annotate(S& span, const Act& act, const std::string& key, const std::string& text) {
  switch (act.verb) {
    case Verb::kNumber:
      return span.set_attribute(number_key, static_cast<std::int64_t>(act.span));
    case Verb::kReal:
      return span.set_attribute(real_key, act.span + 0.5);
    case Verb::kFlag:
      return span.set_attribute(flag_key, act.span % 2 != 0);
    case Verb::kLiteral:
      return span.set_attribute(literal_key, literal_text);
    case Verb::kText:
      return span.set_attribute(std::string_view(key), std::string_view(text));
    case Verb::kAgain:
      return span.set_attribute(again_key, static_cast<std::int64_t>(act.value));
    case Verb::kEvent:
      return span.add_event("event");
    case Verb::kEventWith:
      return span.add_event("event", {{"value", act.value}});
    case Verb::kLink:
      return span.add_link(SpanContext{{kLinkTrace, kLinkTrace}, {kLinkSpan}, {}, false},
                           {{"value", act.value}});
    case Verb::kStatus:
      return span.set_status(StatusCode::kError, kStatusText);
    case Verb::kRename:
      return span.update_name("renamed");
    default:
      return;
  }
}

void Performer::perform(const Act& act, const std::string& key, const std::string& text) {
  const auto number = static_cast<std::size_t>(act.span);
  switch (act.verb) {
    case Verb::kStart:
      scoped[number].emplace(NANOSPAN_CALLSITE("scoped"));
      return keep_ids(act.span, scoped[number]->context());
    case Verb::kStartDetached:
      return start_detached(act);
    case Verb::kEnd:
      if (scoped[number]) return scoped[number].reset();
      return detached[number].end();
    case Verb::kEndEarly:
      return scoped[number]->end();
    case Verb::kPrepareRing:
      (void)region().prepare_ring(0, kRingGrowth * kRingBytes / sizeof(detail::Slot));
      return;
    default:
      if (scoped[number]) return annotate(*scoped[number], act, key, text);
      return annotate(detached[number], act, key, text);
  }
}

void Performer::note_rings(std::size_t acts) {
  const format::LaneHeader& lane = region().lane(0);
  progress.position[acts].store(lane.counters.position.load());
  const std::uint64_t rings = lane.ring_count.load();
  progress.ring_count[acts].store(rings);
  for (std::uint64_t ring = 0; ring < rings; ++ring)
    progress.ring_first[ring].store(lane.rings[ring].first_position.load());
}

int run(const char* directory, const char* page, bool laps_larger_ring, bool is_stepped) {
  const SharedPage<Progress> progress(page);
  RecorderOptions options;
  options.region_directory = directory;
  options.drain.enabled = false;
  options.ring_bytes_initial = kRingBytes;
  options.budget_bytes = 2u << 20;
  options.limits = SpanLimits{.attributes = kAttributesMax};
  const Recorder recorder = Recorder::start(std::move(options));
  if (!recorder) return 1;
  std::snprintf(progress->region_path, sizeof(progress->region_path), "%s",
                recorder.region_path().c_str());
  const std::vector<Act> script = make_script(laps_larger_ring);
  const auto performer = std::make_unique<Performer>(*progress);
  for (std::uint32_t i = 0; i < script.size(); ++i) {
    const std::string key = "text" + std::to_string(script[i].value);
    const std::string text =
        script[i].verb == Verb::kText ? letters(script[i].span, script[i].value) : "";
    if (is_stepped) raise(SIGTRAP);
    progress->begun.store(i + 1);
    performer->perform(script[i], key, text);
    progress->returned.store(i + 1);
    if (!is_stepped) performer->note_rings(i + 1);
  }
  _exit(0);
}

}  // namespace
}  // namespace nanospan::test

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  return nanospan::test::run(argv[1], argv[2], *argv[3] == '1', *argv[4] == '1');
}

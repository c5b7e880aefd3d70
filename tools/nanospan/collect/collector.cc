#include "collect/collector.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "recovery/liveness.h"
#include "recovery/orphans.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

constexpr int kBatchesPerPass = 16;     // then the next region has its turn
constexpr int kDeadBatchesPerPass = 4;  // what nobody overwrites can wait
constexpr auto kLookForRegionsEvery = std::chrono::milliseconds(200);
constexpr auto kTryAgainAfter = std::chrono::seconds(1);
// Each keeps two descriptors until it is delivered; a directory may hold thousands.
constexpr std::ptrdiff_t kDeadAtOnce = 16;

}  // namespace

bool Collector::is_done(const std::string& name) const {
  const auto known = checkpoint_.regions.find(name);
  return known != checkpoint_.regions.end() && known->second.done_unix_ns != 0;
}

void Collector::find_regions() {
  const auto now = std::chrono::steady_clock::now();
  if (now < look_next_) return;
  look_next_ = now + kLookForRegionsEvery;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(options_.inputs[0].c_str()),
                                                      closedir);
  if (directory == nullptr) {
    const std::string why = std::strerror(errno);
    if (no_directory_.take_turn())
      warn(printable(options_.inputs[0]) + " can't be read (" + why +
           "); no new process is found until it can be.");
    return;
  }
  std::map<std::string, bool> there;
  while (const dirent* const entry = readdir(directory.get()))
    if (recovery::is_region_name(entry->d_name)) there[entry->d_name] = true;
  auto dead = std::count_if(sources_.begin(), sources_.end(),
                            [](const auto& at) { return at.second->is_claimed(); });
  is_any_waiting_ = false;
  for (const auto& [name, unused] : there) {
    if (sources_.contains(name) || is_done(name)) continue;
    const bool is_dead = recovery::liveness_of(path_of(name)) != recovery::Liveness::kAlive;
    if (is_dead && dead >= kDeadAtOnce)
      is_any_waiting_ = true;
    else if (add(name, is_dead) && is_dead)
      ++dead;
  }
  std::erase_if(checkpoint_.regions, [&](const auto& known) {
    return !there.contains(known.first) && !sources_.contains(known.first);
  });
  std::erase_if(unusable_, [&](const auto& known) { return !there.contains(known.first); });
}

// False: not now.
bool Collector::add(const std::string& name, bool is_dead) {
  const auto known = checkpoint_.regions.find(name);
  auto source = CollectSource::open(path_of(name),
                                    known == checkpoint_.regions.end() ? nullptr : &known->second);
  if (!source) {
    leave_alone(name, source.error());
    return false;
  }
  // Only what has a header has been locked by its owner: one that is being made is not claimed.
  if (is_dead && !claim(name, **source)) return false;
  unusable_.erase(name);
  sources_[name] = std::move(*source);
  return true;
}

// Said at the second look: one that is being made is there by then.
void Collector::leave_alone(const std::string& name, const std::string& why) {
  if (++unusable_[name] == 2) warn(printable(path_of(name)) + " is left alone: " + why);
}

// Exports the batch and writes down how far that was.
bool Collector::deliver(const std::string& name, CollectSource& source, std::int64_t done_unix_ns) {
  Delivery delivery{name, done_unix_ns == 0 ? source.progress() : RegionProgress{}};
  delivery.after.done_unix_ns = done_unix_ns;
  delivery_ = std::move(delivery);
  return hand_over();
}

// False: it is kept, and tried again.
bool Collector::hand_over() {
  if (!builder_.empty()) {
    if (output_.is_own_file()) {
      checkpoint_.pending = {delivery_->name, delivery_->after};
      if (const Status saved = save(); !saved) return refuse(saved.error());
    }
    if (!output_.take(builder_.batch())) {
      if (output_.reader_is_gone()) return false;  // which is no failure (`| head`)
      const std::string why = output_.last_error();
      return refuse(format_plural(builder_.size(), "span") + " could not be exported to " +
                    printable(output_.describe()) +
                    (why.empty() ? "" : " (" + printable(why) + ")") +
                    "; they are kept and tried again.");
    }
  }
  if (std::exchange(is_refusing_, false)) say("The exports go on.");
  spans_ += builder_.size();
  builder_.clear();
  checkpoint_.pending.reset();
  checkpoint_.regions[delivery_->name] = delivery_->after;
  is_dirty_ = true;
  const auto source = sources_.find(delivery_->name);
  if (delivery_->after.done_unix_ns != 0) note_end(*source->second);
  delivery_.reset();
  if (!output_.is_own_file()) try_to_save();
  return true;
}

bool Collector::refuse(const std::string& why) {
  try_next_ = std::chrono::steady_clock::now() + kTryAgainAfter;
  if (!is_refusing_ && refusals_.take_turn()) {
    is_refusing_ = true;
    warn(why);
  }
  return false;
}

Status Collector::save() {
  if (output_.is_own_file()) checkpoint_.output_bytes = output_.bytes();
  Status saved = checkpoint_.save();
  is_dirty_ = !saved;
  return saved;
}

// Without it a restart repeats what went through an exporter; that is no reason to stop.
void Collector::try_to_save() {
  if (const Status saved = save(); !saved && unsaved_.take_turn()) warn(saved.error());
}

bool Collector::claim(const std::string& name, CollectSource& source) {
  std::string why_not;
  const bool is_ours = source.claim(why_not);
  if (!why_not.empty()) leave_alone(name, why_not);
  return is_ours;
}

// False: the output refused.
bool Collector::pass(const std::string& name, CollectSource& source) {
  source.region().look(pacing_);
  // Another delivers it, a restart of its service perhaps: what that leaves is ours.
  if (!source.region().alive() && !claim(name, source)) {
    if (access(path_of(name).c_str(), F_OK) == 0) return true;
    checkpoint_.regions[name].done_unix_ns = recovery::now_unix_ns();
    overwritten_ += source.report.overwritten;
    return true;
  }
  const int batches_max = source.region().alive() ? kBatchesPerPass : kDeadBatchesPerPass;
  if (!source.region().alive()) (void)source.way();
  bool more = true;
  const auto must_go_on = [&] {  // a signal leaves nothing behind that had ended
    return is_last_ && (!source.region().alive() || source.region().is_behind());
  };
  for (int batch = 0; more && (batch < batches_max || must_go_on()); ++batch) {
    const std::uint64_t overwritten = source.report.overwritten;
    more = source.region().read(builder_, source.report);
    const bool is_news = !builder_.empty() || source.report.overwritten != overwritten;
    if (is_news && !deliver(name, source)) return false;
  }
  is_behind_ = is_behind_ || more;
  return more || source.region().alive() || finish(name, source);
}

bool Collector::finish(const std::string& name, CollectSource& source) {
  source.region().read_open(builder_, source.report);
  return deliver(name, source, recovery::now_unix_ns());
}

void Collector::note_end(CollectSource& source) {
  ++ended_;
  overwritten_ += source.report.overwritten;
  say("Process " + std::to_string(source.region().pid()) + end_text(source.report) + ": " +
      format_plural(source.report.spans, "span") + " collected, " +
      format_count(source.report.unfinished) + " of them unfinished, " +
      format_count(source.report.overwritten) + " overwritten before they could be read.");
}

}  // namespace nanospan::tools

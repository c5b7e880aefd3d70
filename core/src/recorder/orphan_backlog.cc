#include "recorder/orphan_backlog.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <utility>

#include "base/log.h"
#include "base/sentence.h"
#include "recorder/recorder_impl.h"

namespace nanospan::recorder {
namespace {

void count(detail::Word& counter, std::uint64_t more = 1) noexcept {
  counter.fetch_add(more, std::memory_order_relaxed);
}

std::string directory_of(const std::string& path) {
  return path.substr(0, path.find_last_of('/'));
}

const char* owners_of(std::uint64_t regions) noexcept {
  return regions == 1 ? "a dead process" : "dead processes";
}

// "2026-01-31T12:04:05.123Z"
struct UtcText {
  char text[48] = "?";
};
UtcText utc_text(std::int64_t unix_ns) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::time_t seconds = unix_ns / kSecond;
  std::tm parts{};
  UtcText utc;
  if (gmtime_r(&seconds, &parts) == nullptr) return utc;
  const std::size_t bytes = std::strftime(utc.text, sizeof(utc.text), "%FT%T", &parts);
  std::snprintf(utc.text + bytes, sizeof(utc.text) - bytes, ".%03dZ",
                static_cast<int>(unix_ns % kSecond / 1'000'000));
  return utc;
}

}  // namespace

OrphanBacklog::OrphanBacklog(region::Region& own, std::string service_name)
    : own_(own),
      directory_(directory_of(own.path())),
      search_(directory_, std::move(service_name)) {}

OrphanBacklog::~OrphanBacklog() {
  say_outcome();
}

// One that is not finished counts: whoever stops leaves it.
std::uint64_t OrphanBacklog::left() const noexcept {
  return failed_ + search_.left() + (region_ ? 1 : 0);
}

bool OrphanBacklog::is_over() const noexcept {
  return search_.left() == 0 || taken_ >= kRegionsMax || bytes_ >= kBytesMax ||
         failures_in_row_ >= kFailuresMax;
}

drain::Backlog::Step OrphanBacklog::next(decode::BatchBuilder& into) {
  if (!is_searched_) {
    is_searched_ = search_.step();
    return Step::kMore;
  }
  if (region_) return read(into);
  return is_over() ? Step::kEnd : claim_next();
}

// One that another process has taken meanwhile is not ours to count.
drain::Backlog::Step OrphanBacklog::claim_next() {
  const recovery::DeadFile file = search_.take_oldest();
  if (auto claim = recovery::Claim::take(file)) {
    ++taken_;
    region_.emplace(std::move(*claim), kRegionBytesMax, kBatchSpans);
  }
  return Step::kMore;
}

drain::Backlog::Step OrphanBacklog::read(decode::BatchBuilder& into) {
  using Found = recovery::DeadRegion::Step;
  switch (region_->next(into)) {
    case Found::kBatch:
      batch_spans_ = into.size();
      return Step::kBatch;
    case Found::kMore:
      break;
    case Found::kEnd:
      finish();
      break;
    case Found::kFailed:
      leave(region_->error().c_str());
      break;
  }
  return Step::kMore;
}

void OrphanBacklog::answered(bool is_delivered) noexcept {
  const std::uint64_t spans = std::exchange(batch_spans_, 0);
  if (is_delivered) {
    spans_ += spans;
    count(own_.header().recovered_spans, spans);
    region_->answered();
    return;
  }
  try {
    ++failures_in_row_;
    leave("An export failed.");
  } catch (...) {  // no memory for the words
    region_.reset();
  }
}

void OrphanBacklog::leave(const char* why) {
  bytes_ += region_->copied_bytes();
  if (failed_++ == 0) first_failure_ = base::sentence("%s: %s", region_->path().c_str(), why);
  count(own_.header().recover_failed);
  region_.reset();
}

void OrphanBacklog::finish() {
  failures_in_row_ = 0;
  if (!region_->remove()) return leave("It can't be removed.");
  const std::int64_t died_ns = region_->died_unix_ns();
  first_death_ns_ = recovered_ == 0 ? died_ns : std::min(first_death_ns_, died_ns);
  last_death_ns_ = recovered_ == 0 ? died_ns : std::max(last_death_ns_, died_ns);
  ++recovered_;
  unfinished_ += region_->unfinished();
  bytes_ += region_->copied_bytes();
  count(own_.header().recovered_regions);
  region_.reset();
}

void OrphanBacklog::say_recovered() const noexcept {
  const UtcText first = utc_text(first_death_ns_), last = utc_text(last_death_ns_);
  base::say(LogLevel::kInfo,
            "Recovered %s, %" PRIu64 " of them unfinished, from %s of %s in %s%s%s%s%s.",
            base::counted(spans_, "span").c_str(), unfinished_,
            base::counted(recovered_, "region").c_str(), owners_of(recovered_), directory_.c_str(),
            recovered_ != 0 ? "; last sign of life " : "", recovered_ != 0 ? first.text : "",
            recovered_ > 1 ? " to " : "", recovered_ > 1 ? last.text : "");
}

void OrphanBacklog::say_left() const noexcept {
  base::say(LogLevel::kWarning, "%s of %s in %s %s for the next start%s%s",
            base::counted(left(), "region").c_str(), owners_of(left()), directory_.c_str(),
            left() == 1 ? "stays" : "stay", failed_ != 0 ? ", for example " : "",
            failed_ != 0 ? first_failure_.c_str()
                         : ": this one has recovered as much as a start may, or was stopped.");
}

void OrphanBacklog::say_outcome() const noexcept {
  if (recovered_ != 0 || spans_ != 0) say_recovered();
  if (left() != 0) say_left();
  if (search_.unusable() != 0)
    base::say(LogLevel::kWarning, "%s in %s can't be recovered, for example %s",
              base::counted(search_.unusable(), "file").c_str(), directory_.c_str(),
              search_.first_reason().c_str());
}

}  // namespace nanospan::recorder

namespace nanospan {

void enable_recovery() noexcept {
  constexpr BacklogMaker kMaker = [](region::Region& own, std::string service_name) {
    return std::unique_ptr<drain::Backlog>(
        std::make_unique<recorder::OrphanBacklog>(own, std::move(service_name)));
  };
  orphan_backlog_maker.store(kMaker, std::memory_order_release);
}

}  // namespace nanospan

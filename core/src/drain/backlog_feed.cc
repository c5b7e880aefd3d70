#include "drain/backlog_feed.h"

#include <exception>

#include "base/log.h"

namespace nanospan::drain {

bool BacklogFeed::take_answer() noexcept {
  using Answer = ExportWorker::BacklogAnswer;
  const Answer answer = worker_.take_backlog_answer();
  if (answer == Answer::kDelivered || answer == Answer::kFailed)
    backlog_->answered(answer == Answer::kDelivered);
  return answer != Answer::kPending;
}

bool BacklogFeed::offer_next() {
  const Backlog::Step step = backlog_->next(worker_.backlog_parcel().spans);
  if (step == Backlog::Step::kBatch) {
    if (!worker_.submit_backlog()) backlog_->answered(false);
    return false;
  }
  if (step == Backlog::Step::kEnd) backlog_.reset();
  return step == Backlog::Step::kMore;
}

bool BacklogFeed::step() noexcept {
  if (backlog_ == nullptr || !take_answer()) return false;
  try {
    return offer_next();
  } catch (const std::exception& error) {
    backlog_.reset();
    if (trouble_.take_turn())
      base::say(LogLevel::kError,
                "What dead processes left is not recovered by this start (%s); the next one tries "
                "again.",
                error.what());
    return false;
  }
}

void BacklogFeed::end() noexcept {
  if (backlog_ != nullptr) (void)take_answer();
  backlog_.reset();
}

}  // namespace nanospan::drain

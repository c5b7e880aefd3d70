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

// Hands the parcel on, or back.
bool BacklogFeed::offer(Parcel& parcel) {
  const Backlog::Step step = backlog_->next(parcel.spans);
  if (step == Backlog::Step::kBatch) {
    worker_.submit_backlog(&parcel);
    return false;
  }
  worker_.give_back(&parcel);
  if (step == Backlog::Step::kEnd) backlog_.reset();
  return step == Backlog::Step::kMore;
}

bool BacklogFeed::step() noexcept {
  if (backlog_ == nullptr || !take_answer()) return false;
  Parcel* const parcel = worker_.take_empty();
  if (parcel == nullptr) return false;
  try {
    return offer(*parcel);
  } catch (const std::exception& error) {
    worker_.give_back(parcel);
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

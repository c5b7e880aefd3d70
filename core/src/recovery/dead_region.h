// DeadRegion: a claimed region, delivered batch by batch.
//
//   while (true) switch (region.next(batch)) {
//     case Step::kBatch: … export it; region.answered() if it was delivered …
//     case Step::kMore: continue;      // a piece was copied
//     case Step::kEnd: region.remove();
//     case Step::kFailed: log(region.error());
//   }
// What its drain had not confirmed, then the spans that were in flight, ending at the time of
// death. Each batch that was answered for is noted in the file, so that who comes after a failure,
// or after a crash of this process, repeats one batch at most.
// Threads: none. Memory: a copy of the region (private_copy.h); batches outlive it.
// Errors: damaged records are skipped and counted in the file's header, as by the drain.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/pod_vector.h"
#include "decode/batch_builder.h"
#include "decode/region_reader.h"
#include "format/checkpoint.h"
#include "recovery/claim.h"
#include "recovery/private_copy.h"

namespace nanospan::recovery {

class DeadRegion {
 public:
  enum class Step : std::uint8_t { kBatch, kMore, kEnd, kFailed };
  // A region that so many processes died of, one after the other and while they read it, is left
  // alone: a fault of the reader must not keep a service from starting for ever.
  static constexpr std::uint64_t kAttemptsMax = 10;

  DeadRegion(Claim claim, std::uint64_t bytes_max, std::uint32_t batch_spans_max);
  DeadRegion(const DeadRegion&) = delete;
  DeadRegion& operator=(const DeadRegion&) = delete;
  ~DeadRegion();

  // One bounded piece of work; `into` must be empty.
  Step next(BatchBuilder& into);
  // The last batch was delivered.
  void answered() noexcept;
  // It is done with. False: its file can't be removed.
  [[nodiscard]] bool remove() noexcept { return claim_.remove(); }

  [[nodiscard]] const std::string& path() const noexcept { return claim_.file().path; }
  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  // Behind the first batch, or the end.
  [[nodiscard]] std::int64_t died_unix_ns() const noexcept { return died_unix_ns_; }
  [[nodiscard]] std::uint64_t unfinished() const noexcept { return unfinished_; }
  [[nodiscard]] std::uint64_t copied_bytes() const noexcept { return copy_.copied_bytes(); }

 private:
  enum class Phase : std::uint8_t { kCopying, kFinished, kOpen, kDone };

  Step fail(std::string sentence);
  Step copy();
  [[nodiscard]] Status open();
  Step read(BatchBuilder& into);
  void open_reader();
  Step read_finished(BatchBuilder& into);
  Step read_open(BatchBuilder& into);
  void note_attempt(std::uint64_t attempts) noexcept;
  void note_progress();
  void note_lane(std::uint32_t index);
  void add_words(const detail::Word& first, std::size_t words);
  template <typename T>
  [[nodiscard]] T& writable(const T& in_copy) noexcept;
  [[nodiscard]] std::uint64_t offset_of(const void* in_copy) const noexcept;

  Claim claim_;
  PrivateCopy copy_;
  const std::uint64_t bytes_max_;
  const std::uint32_t batch_spans_max_;
  Phase phase_ = Phase::kCopying;
  format::RegionView view_;
  std::optional<decode::RegionReader> reader_;
  std::int64_t died_unix_ns_ = 0;
  std::uint64_t unfinished_ = 0;
  format::SpanCounts counts_;  // as the next checkpoint will say
  std::uint64_t batch_spans_ = 0;
  std::uint64_t attempts_ = 0;
  base::PodVector<std::uint64_t> overwritten_before_;  // of each lane, counted by its drain
  base::PodVector<Patch> patches_;
  bool can_note_ = true;  // the copy is as the file
  std::string error_;
};

}  // namespace nanospan::recovery

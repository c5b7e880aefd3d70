// The rows of a waterfall: which spans of a trace are shown, in which order, behind which branches.
//
// A call whose client says nothing that its server does not say is one row, the server's. Children
// beyond kChildrenMax of a span and levels beyond kLevelsMax are counted in a row of their own,
// but for those that are hot or lead there. `all` shows every span.
// Threads: none. Memory: the levels that are open; hostile traces are as deep as they are long.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/shown_trace.h"

namespace nanospan::tools {

struct WaterfallRow {
  std::string prefix;                                // "│   ├── "
  std::uint32_t span = analysis::ShownTrace::kNone;  // of a remark: none
  bool names_service = false;                        // it is another than that of the row above it
  std::string remark = {};
};

class WaterfallRows {
 public:
  static constexpr std::size_t kChildrenMax = 24;
  static constexpr std::size_t kLevelsMax = 24;
  // Of the trace: what a call's two gaps take together where its client is not shown.
  static constexpr double kGapsMax = 0.01;

  // False: it has seen enough.
  using Take = std::function<bool(const WaterfallRow& row)>;

  // `trace` outlives it.
  WaterfallRows(const analysis::ShownTrace& trace, bool all) : trace_(trace), all_(all) {}
  // From the top. False: `take` stopped it.
  bool for_each(const Take& take);
  // In the last pass: clients that stand in the rows of their servers.
  [[nodiscard]] std::uint64_t folded_calls() const noexcept { return folded_calls_; }

 private:
  static constexpr std::uint32_t kNone = analysis::ShownTrace::kNone;
  struct Level {
    std::uint32_t next;  // span
    std::uint32_t above;
    std::string indent;
    std::size_t depth;
    bool closes;  // nothing follows on this level behind these
    bool is_cut;
    std::size_t shown;
  };

  void push(std::uint32_t first, std::uint32_t above, std::string indent, bool closes);
  bool walk(const Take& take);
  bool show_next(const Take& take);
  bool skip_some(const Take& take);
  bool descend(std::uint32_t span, std::string indent, const Take& take);
  [[nodiscard]] std::uint32_t server_instead_of(std::uint32_t client, std::uint32_t above) const;
  [[nodiscard]] bool is_other_service(std::uint32_t span, std::uint32_t above) const;
  [[nodiscard]] std::uint64_t count_below(std::uint32_t span) const;

  const analysis::ShownTrace& trace_;
  const bool all_;
  std::vector<Level> levels_;
  std::uint64_t folded_calls_ = 0;
};

}  // namespace nanospan::tools

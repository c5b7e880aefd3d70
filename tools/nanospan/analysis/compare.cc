#include "analysis/compare.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace nanospan::tools::analysis {
namespace {

// Of two lengths and texts no two give the same.
std::string key_of(const std::vector<SpanName>& path) {
  std::string key;
  for (const SpanName& span : path) {
    for (const std::string* const text : {&span.service, &span.name})
      key += std::to_string(text->size()) + ':' + *text;
  }
  return key;
}

class Changes {
 public:
  void add_before(const std::vector<SpanName>& path, double own_ns) {
    ChangeRow& row = row_of(path);
    row.before_ns += own_ns;
    row.is_in_before = true;
  }
  void add_after(const std::vector<SpanName>& path, double own_ns) {
    ChangeRow& row = row_of(path);
    row.after_ns += own_ns;
    row.is_in_after = true;
  }
  std::vector<ChangeRow> sorted() {
    std::stable_sort(rows_.begin(), rows_.end(), [](const ChangeRow& a, const ChangeRow& b) {
      return std::abs(a.change_ns()) > std::abs(b.change_ns());
    });
    return std::move(rows_);
  }

 private:
  ChangeRow& row_of(const std::vector<SpanName>& path) {
    const auto [at, is_new] = index_.try_emplace(key_of(path), rows_.size());
    if (is_new) rows_.emplace_back().path = path;
    return rows_[at->second];
  }

  std::vector<ChangeRow> rows_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace

Comparison compare(const Profile& before, const Profile& after) {
  Changes callsites;
  for (const CallsiteRow& row : before.callsites) callsites.add_before({row.span}, row.own.all);
  for (const CallsiteRow& row : after.callsites) callsites.add_after({row.span}, row.own.all);
  Changes paths;
  for (const PathRow& row : before.paths) paths.add_before(row.path, row.own.all);
  for (const PathRow& row : after.paths) paths.add_after(row.path, row.own.all);
  return {before.kind,        after.kind,         before.duration.all,
          after.duration.all, callsites.sorted(), paths.sorted()};
}

}  // namespace nanospan::tools::analysis

#include "analysis/profile.h"

#include <algorithm>
#include <cmath>

namespace nanospan::tools::analysis {
namespace {

constexpr double kFastFrom = 0.4, kFastTo = 0.6, kSlowFrom = 0.99;

// Of sorted values.
std::int64_t at_rank(const std::vector<std::int64_t>& sorted, double p) {
  const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

SpanName name_of(const TraceSet& set, CallsiteId id) {
  const Callsite callsite = set.callsite(id);
  return {std::string(set.text(callsite.service)), std::string(set.text(callsite.name))};
}

class ProfileMaker {
 public:
  ProfileMaker(const TraceSet& set, const ProfileOptions& options)
      : set_(set), options_(options), trees_(set), skew_(trees_), tally_(set) {}

  std::optional<Profile> make() {
    if (!choose_kind()) return std::nullopt;
    set_classes();
    set_what_ifs();
    RequestTree tree(trees_, skew_);
    for (const std::uint32_t place : chosen_) add_request(tree, place);
    profile_.in_requests = tree.oddities();
    name_sections();
    name_callsites();
    name_paths();
    finish_what_ifs();
    say_what_it_rests_on();
    return std::move(profile_);
  }

 private:
  struct Class {
    std::vector<std::uint32_t> places;
    double total_ns = 0;
  };
  struct Scenario {
    std::vector<double> factors;  // by callsite
    std::vector<std::int64_t> durations_ns;
  };

  bool choose_kind();
  RequestKind summarize(CallsiteId root, const Class& of) const;
  void set_classes();
  void set_what_ifs();
  void add_request(RequestTree& tree, std::uint32_t place);
  [[nodiscard]] Means means_of(const Sums& sums) const;
  void name_sections();
  void name_callsites();
  void name_paths();
  void finish_what_ifs();
  void say_what_it_rests_on();

  const TraceSet& set_;
  const ProfileOptions& options_;
  const TraceTrees trees_;
  const ClockSkew skew_;
  Tally tally_;
  std::vector<std::uint32_t> chosen_;
  std::vector<Scenario> scenarios_;
  std::int64_t fast_from_ns_ = 0, fast_to_ns_ = 0, slow_from_ns_ = 0;
  std::uint64_t counted_ = 0;
  Sums duration_;
  Profile profile_;
};

bool ProfileMaker::choose_kind() {
  std::vector<Class> classes(set_.callsite_count());
  for (const std::uint32_t place : trees_.requests()) {
    Class& one = classes[static_cast<std::size_t>(trees_.span(place).callsite)];
    one.places.push_back(place);
    one.total_ns += static_cast<double>(duration_of(trees_.span(place)));
  }
  std::vector<CallsiteId> kinds;
  for (std::uint32_t i = 0; i < classes.size(); ++i) {
    if (!classes[i].places.empty()) kinds.push_back(CallsiteId{i});
  }
  const auto class_of = [&](CallsiteId id) -> Class& {
    return classes[static_cast<std::size_t>(id)];
  };
  std::stable_sort(kinds.begin(), kinds.end(), [&](CallsiteId a, CallsiteId b) {
    return class_of(a).total_ns > class_of(b).total_ns;
  });
  const auto chosen = std::find_if(kinds.begin(), kinds.end(), [&](CallsiteId id) {
    return options_.root.empty() || is_named(set_, id, options_.root);
  });
  if (chosen == kinds.end()) return false;
  for (const CallsiteId id : kinds) {
    const RequestKind kind = summarize(id, class_of(id));
    if (id == *chosen)
      profile_.kind = kind;
    else
      profile_.other_kinds.push_back(kind);
  }
  chosen_ = std::move(class_of(*chosen).places);
  return true;
}

RequestKind ProfileMaker::summarize(CallsiteId root, const Class& of) const {
  std::vector<std::int64_t> durations;
  for (const std::uint32_t place : of.places) durations.push_back(duration_of(trees_.span(place)));
  return {name_of(set_, root), of.places.size(), percentile(durations, 0.5),
          percentile(durations, kSlowFrom), of.total_ns};
}

void ProfileMaker::set_classes() {
  std::vector<std::int64_t> durations;
  for (const std::uint32_t place : chosen_) durations.push_back(duration_of(trees_.span(place)));
  std::sort(durations.begin(), durations.end());
  fast_from_ns_ = at_rank(durations, kFastFrom);
  fast_to_ns_ = at_rank(durations, kFastTo);
  slow_from_ns_ = at_rank(durations, kSlowFrom);
  profile_.shortest_ns = durations.front();
  profile_.longest_ns = durations.back();
}

void ProfileMaker::set_what_ifs() {
  Scenario together{std::vector<double>(set_.callsite_count(), 1.0), {}};
  for (const WhatIf& what_if : options_.what_ifs) {
    Scenario alone{std::vector<double>(set_.callsite_count(), 1.0), {}};
    const std::vector<CallsiteId> found = find_callsites(set_, what_if.callsite);
    for (const CallsiteId id : found) {
      alone.factors[static_cast<std::size_t>(id)] = what_if.factor;
      together.factors[static_cast<std::size_t>(id)] = what_if.factor;
    }
    scenarios_.push_back(std::move(alone));
    profile_.what_ifs.push_back(
        {what_if.text, false, static_cast<std::uint32_t>(found.size()), 0, 0});
  }
  if (scenarios_.size() < 2) return;
  scenarios_.push_back(std::move(together));
  profile_.what_ifs.push_back({"all together", true, 0, 0, 0});
}

void ProfileMaker::add_request(RequestTree& tree, std::uint32_t place) {
  const SpanRow& root = trees_.span(place);
  if (!RequestTree::has_room(trees_, place)) {
    ++profile_.too_large;
    return;
  }
  const std::int64_t duration_ns = duration_of(root);
  const RequestClass of{duration_ns >= fast_from_ns_ && duration_ns <= fast_to_ns_,
                        duration_ns >= slow_from_ns_};
  profile_.fast += of.is_fast ? 1 : 0;
  profile_.slow += of.is_slow ? 1 : 0;
  ++counted_;
  duration_.add(static_cast<double>(duration_ns), of);
  tree.build(place);
  tally_.add(tree, of);
  for (Scenario& scenario : scenarios_)
    scenario.durations_ns.push_back(tally_.retiming().duration_ns(scenario.factors));
}

Means ProfileMaker::means_of(const Sums& sums) const {
  const auto over = [](double sum, std::uint64_t count) {
    return count == 0 ? 0.0 : sum / static_cast<double>(count);
  };
  return {over(sums.all, counted_), over(sums.fast, profile_.fast), over(sums.slow, profile_.slow)};
}

void ProfileMaker::name_sections() {
  profile_.duration = means_of(duration_);
  for (const SectionSums& sums : tally_.sections()) {
    SectionRow row{
        name_of(set_, sums.callsite), {}, sums.kind, means_of(sums.time), sums.is_one_host};
    if (sums.kind == SectionKind::kRequestGap || sums.kind == SectionKind::kResponseGap)
      row.client = name_of(set_, sums.far);
    profile_.sections.push_back(std::move(row));
  }
  std::stable_sort(
      profile_.sections.begin(), profile_.sections.end(),
      [](const SectionRow& a, const SectionRow& b) { return a.time.slower() > b.time.slower(); });
}

void ProfileMaker::name_callsites() {
  for (std::uint32_t i = 0; i < tally_.callsites().size(); ++i) {
    const CallsiteSums& sums = tally_.callsites()[i];
    if (sums.calls == 0) continue;
    profile_.callsites.push_back({name_of(set_, CallsiteId{i}), sums.calls, sums.on_path,
                                  means_of(sums.own), means_of(sums.below), means_of(sums.drag),
                                  sums.slack / static_cast<double>(sums.calls), sums.slack_min});
  }
  std::stable_sort(
      profile_.callsites.begin(), profile_.callsites.end(),
      [](const CallsiteRow& a, const CallsiteRow& b) { return a.own.all > b.own.all; });
}

void ProfileMaker::name_paths() {
  const auto& paths = tally_.paths();
  std::vector<std::uint32_t> with_time;
  for (std::uint32_t i = 0; i < paths.size(); ++i) {
    if (paths[i].own.all > 0) with_time.push_back(i);
  }
  std::stable_sort(with_time.begin(), with_time.end(), [&](std::uint32_t a, std::uint32_t b) {
    return paths[a].own.all > paths[b].own.all;
  });
  // A path may be as long as there are paths.
  if (with_time.size() > Profile::kPathsNamed) with_time.resize(Profile::kPathsNamed);
  for (const std::uint32_t i : with_time) {
    PathRow row{{}, paths[i].calls, means_of(paths[i].own)};
    for (std::uint32_t at = i; at != 0 && row.path.size() < Profile::kPathNamesMax;
         at = paths[at].parent)
      row.path.push_back(name_of(set_, paths[at].callsite));
    std::reverse(row.path.begin(), row.path.end());
    profile_.paths.push_back(std::move(row));
  }
}

void ProfileMaker::finish_what_ifs() {
  for (std::size_t i = 0; i < scenarios_.size(); ++i) {
    std::vector<std::int64_t>& durations = scenarios_[i].durations_ns;
    if (durations.empty()) continue;
    profile_.what_ifs[i].p50_ns = percentile(durations, 0.5);
    profile_.what_ifs[i].p99_ns = percentile(durations, kSlowFrom);
  }
}

void ProfileMaker::say_what_it_rests_on() {
  profile_.spans = trees_.spans();
  profile_.traces = set_.trace_count();
  profile_.requests = trees_.requests().size();
  profile_.refused = set_.refused();
  profile_.without_id = set_.without_id();
  profile_.bad_times = set_.bad_times();
  profile_.trees = trees_.oddities();
  profile_.clocks = skew_.pairs();
  profile_.drags_left_out = tally_.drags_left_out();
}

}  // namespace

std::int64_t percentile(std::vector<std::int64_t>& values, double p) {
  std::sort(values.begin(), values.end());
  return at_rank(values, p);
}

std::optional<Profile> make_profile(const TraceSet& set, const ProfileOptions& options) {
  return ProfileMaker(set, options).make();
}

}  // namespace nanospan::tools::analysis

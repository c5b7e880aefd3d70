#include "analyze/profile_render.h"

#include "analysis/clock_text.h"

namespace nanospan::tools::analysis {
namespace {

using Json = nlohmann::ordered_json;

Json name_json(const SpanName& span) {
  return {{"service", span.service}, {"span", span.name}};
}

Json means_json(const Means& means) {
  return {{"all", means.all}, {"fast", means.fast}, {"slow", means.slow}};
}

Json kind_json(const RequestKind& kind) {
  Json out = name_json(kind.root);
  out["requests"] = kind.requests;
  out["p50_ns"] = kind.p50_ns;
  out["p99_ns"] = kind.p99_ns;
  out["total_ns"] = kind.total_ns;
  return out;
}

Json path_json(const std::vector<SpanName>& path) {
  Json out = Json::array();
  for (const SpanName& span : path) out.push_back(name_json(span));
  return out;
}

Json sections_json(const Profile& profile) {
  Json out = Json::array();
  for (const SectionRow& row : profile.sections) {
    Json one = name_json(row.span);
    if (!row.client.service.empty() || !row.client.name.empty())
      one["client"] = name_json(row.client);
    one["kind"] = section_name(row.kind);
    one["time_ns"] = means_json(row.time);
    out.push_back(std::move(one));
  }
  return out;
}

Json callsites_json(const Profile& profile) {
  Json out = Json::array();
  for (const CallsiteRow& row : profile.callsites) {
    Json one = name_json(row.span);
    one["calls"] = row.calls;
    one["calls_on_path"] = row.on_path;
    one["own_ns"] = means_json(row.own);
    one["waiting_for_children_ns"] = means_json(row.below);
    one["drag_ns"] = means_json(row.drag);
    one["slack_ns"] = {{"mean", row.slack_mean_ns}, {"min", row.slack_min_ns}};
    out.push_back(std::move(one));
  }
  return out;
}

Json input_json(const Profile& profile) {
  const TreeOddities& trees = profile.trees;
  const RequestOddities& odd = profile.in_requests;
  return {{"spans", profile.spans},
          {"traces", profile.traces},
          {"requests", profile.requests},
          {"refused_for_memory", profile.refused},
          {"requests_too_large", profile.too_large},
          {"without_id", profile.without_id},
          {"bad_times", profile.bad_times},
          {"duplicates", trees.duplicates},
          {"orphans", trees.orphans},
          {"missing_parents", trees.missing_parents},
          {"cycles", trees.cycles},
          {"negative", trees.negative},
          {"unfinished", trees.unfinished},
          {"traces_without_root", trees.traces_without_root},
          {"traces_with_several_roots", trees.traces_with_roots},
          {"unfinished_requests", trees.unfinished_requests},
          {"negative_requests", trees.negative_requests},
          {"endless_requests", trees.endless_requests},
          {"outside_parent", odd.outside},
          {"cut_at_parent", odd.cut},
          {"detached_consumers", odd.detached},
          {"moved_into_client", odd.moved},
          {"moved_ns_max", odd.moved_ns_max},
          {"overlaps_cut", odd.overlaps},
          {"drags_left_out", profile.drags_left_out}};
}

Json clocks_json(const Profile& profile) {
  Json out = Json::array();
  for (const ClockPair& pair : profile.clocks) out.push_back(clock_json(pair));
  return out;
}

Json cause_json(const Cause& cause) {
  Json out{{"kind", cause_name(cause.kind)}};
  for (const CauseKind kind : could_be(cause.kind)) out["could_be"].push_back(cause_name(kind));
  if (cause.kind != CauseKind::kNone) {
    out["service"] = cause.span.service;
    out["span"] = cause.span.name;
    if (!cause.client.service.empty() || !cause.client.name.empty())
      out["client"] = name_json(cause.client);
    out["section"] = section_name(cause.section);
    out["time_ns"] = means_json(cause.time);
    out["share"] = cause.share;
  }
  out["sentence"] = cause.sentence;
  return out;
}

Json changes_json(const std::vector<ChangeRow>& rows) {
  Json out = Json::array();
  for (const ChangeRow& row : rows)
    out.push_back({{"path", path_json(row.path)},
                   {"before_ns", row.before_ns},
                   {"after_ns", row.after_ns},
                   {"change_ns", row.change_ns()},
                   {"is_in_before", row.is_in_before},
                   {"is_in_after", row.is_in_after}});
  return out;
}

}  // namespace

Json profile_json(const Profile& profile, const Cause& cause) {
  Json out{{"root", kind_json(profile.kind)},     {"shortest_ns", profile.shortest_ns},
           {"longest_ns", profile.longest_ns},    {"fast_requests", profile.fast},
           {"slow_requests", profile.slow},       {"duration_ns", means_json(profile.duration)},
           {"cause", cause_json(cause)},          {"sections", sections_json(profile)},
           {"callsites", callsites_json(profile)}};
  out["paths"] = Json::array();
  for (const PathRow& row : profile.paths)
    out["paths"].push_back(
        {{"path", path_json(row.path)}, {"calls", row.calls}, {"own_ns", means_json(row.own)}});
  out["what_if"] = Json::array();
  for (const WhatIfRow& row : profile.what_ifs)
    out["what_if"].push_back({{"what", row.text},
                              {"callsites", row.callsites},
                              {"p50_ns", row.p50_ns},
                              {"p99_ns", row.p99_ns}});
  out["clocks"] = clocks_json(profile);
  out["input"] = input_json(profile);
  out["other_roots"] = Json::array();
  for (const RequestKind& kind : profile.other_kinds) out["other_roots"].push_back(kind_json(kind));
  return out;
}

Json comparison_json(const Comparison& comparison) {
  return {{"before", kind_json(comparison.before)},
          {"after", kind_json(comparison.after)},
          {"mean_ns", {{"before", comparison.before_mean_ns}, {"after", comparison.after_mean_ns}}},
          {"callsites", changes_json(comparison.callsites)},
          {"paths", changes_json(comparison.paths)}};
}

}  // namespace nanospan::tools::analysis

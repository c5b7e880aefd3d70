#include "analysis/cause.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "terminal/text.h"

namespace nanospan::tools::analysis {
namespace {

constexpr std::size_t kCandidatesMax = 500;  // those behind them grow least

// Sections of one span that are one thing to a person.
enum class Thing : std::uint8_t { kSelf, kCall, kGap, kRetry, kWaiting };

Thing thing_of(SectionKind kind) {
  switch (kind) {
    case SectionKind::kCall:
      return Thing::kCall;
    case SectionKind::kRequestGap:
    case SectionKind::kResponseGap:
      return Thing::kGap;
    case SectionKind::kFailedAttempt:
    case SectionKind::kBackoff:
      return Thing::kRetry;
    case SectionKind::kWaiting:
      return Thing::kWaiting;
    default:
      return Thing::kSelf;
  }
}

struct Candidate {
  const SectionRow* most = nullptr;  // the section that grows most
  Thing thing = Thing::kSelf;
  Means time;
  double request = 0, response = 0;  // growth of a gap's sides
  bool is_one_host = true;
};

std::vector<Candidate> candidates_of(const Profile& profile) {
  std::vector<Candidate> all;
  // The sections that grow most come first.
  for (const SectionRow& row : profile.sections) {
    if (all.size() >= kCandidatesMax) break;
    const Thing thing = thing_of(row.kind);
    auto at = std::find_if(all.begin(), all.end(), [&](const Candidate& one) {
      return one.thing == thing && one.most->span == row.span && one.most->client == row.client;
    });
    if (at == all.end()) at = all.insert(all.end(), {&row, thing, {}, 0, 0, true});
    at->time.all += row.time.all;
    at->time.fast += row.time.fast;
    at->time.slow += row.time.slow;
    at->is_one_host &= row.is_one_host;
    if (row.kind == SectionKind::kRequestGap) at->request += row.time.slower();
    if (row.kind == SectionKind::kResponseGap) at->response += row.time.slower();
  }
  return all;
}

CauseKind kind_of(const Candidate& one) {
  switch (one.thing) {
    case Thing::kCall:
      return CauseKind::kCall;
    case Thing::kRetry:
      return CauseKind::kRetry;
    case Thing::kWaiting:
      return CauseKind::kWaiting;
    case Thing::kGap:
      return one.request > 3 * one.response ? CauseKind::kQueue : CauseKind::kNetwork;
    default:
      return CauseKind::kOwn;
  }
}

std::string quoted(const SpanName& span) {
  return printable(span.service) + " \"" + printable(span.name) + "\"";
}

std::string place_of(const Cause& cause) {
  const std::string span = quoted(cause.span);
  switch (cause.kind) {
    case CauseKind::kCall:
      return "in the call " + span + ", whose other side records nothing";
    case CauseKind::kQueue:
      return "before " + span + " starts, called by " + quoted(cause.client) +
             " (a queue in front of it, or a network that is slow in that direction alone" +
             (cause.is_one_host ? ")" : ", or in both if their clocks moved meanwhile)");
    case CauseKind::kNetwork:
      return "on the way from " + quoted(cause.client) + " to " + span +
             " and back (the network, or what stands between them)";
    case CauseKind::kRetry:
      return "in attempts of " + span + " that fail and are made again";
    case CauseKind::kWaiting:
      return "in " + span + ", waiting for children that run beside each other";
    default:
      break;
  }
  const std::string where = cause.section == SectionKind::kBeforeFirst ? ", before its first child"
                            : cause.section == SectionKind::kAfterLast ? ", after its last child"
                                                                       : "";
  return "in " + span + " itself" + where;
}

std::string duration_text(double ns) {
  return format_duration(static_cast<std::uint64_t>(std::llround(std::max(0.0, ns))));
}

}  // namespace

std::string_view cause_name(CauseKind kind) {
  constexpr std::array<std::string_view, 7> kNames = {"none",    "own",   "call",   "queue",
                                                      "network", "retry", "waiting"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<CauseKind> could_be(CauseKind kind) {
  if (kind == CauseKind::kQueue) return {CauseKind::kQueue, CauseKind::kNetwork};
  return {kind};
}

Cause find_cause(const Profile& profile) {
  Cause cause;
  const std::vector<Candidate> all = candidates_of(profile);
  const double slower = profile.duration.slower();
  if (all.empty() || slower <= Cause::kSlowerMin * profile.duration.fast) {
    cause.sentence = "The slow requests take hardly longer than the fast ones.";
    return cause;
  }
  const Candidate& most = *std::max_element(
      all.begin(), all.end(),
      [](const Candidate& a, const Candidate& b) { return a.time.slower() < b.time.slower(); });
  cause.kind = kind_of(most);
  cause.span = most.most->span;
  cause.client = most.most->client;
  cause.section = most.most->kind;
  cause.is_one_host = most.is_one_host;
  cause.time = most.time;
  cause.share = most.time.slower() / slower;
  cause.sentence = "The slow requests lose their time " + place_of(cause) + ": " +
                   duration_text(cause.time.slow) + " against " + duration_text(cause.time.fast) +
                   " in the fast ones, " + std::to_string(std::lround(100 * cause.share)) +
                   " % of the difference.";
  return cause;
}

}  // namespace nanospan::tools::analysis

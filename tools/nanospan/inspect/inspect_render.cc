#include "inspect/inspect_render.h"

#include <algorithm>

#include "terminal/text.h"

namespace nanospan::tools {
namespace {

constexpr std::size_t kLanesShown = 32;

std::string state_text(const RegionFacts& facts, const Screen& screen) {
  if (facts.alive) return paint(screen, Color::kGreen, "alive");
  if (facts.being_recovered) return paint(screen, Color::kYellow, "taken");
  return facts.closed ? "closed" : paint(screen, Color::kRed, "dead");
}

std::string heading(const Screen& screen, const std::string& text) {
  return "\n" + paint(screen, Color::kBold, text) + "\n";
}

std::string more_line(std::size_t all, std::size_t shown, const Screen& screen) {
  if (all <= shown) return {};
  return paint(screen, Color::kDim,
               "  … " + format_count(all - shown) + " more; --all shows them") +
         "\n";
}

struct Term {
  const char* name;
  std::uint64_t count;
};

// "2 in flight, 8 committed": terms that are 0 are left out.
std::string joined(std::initializer_list<Term> terms, const char* between) {
  std::string out;
  for (const Term& term : terms) {
    if (term.count == 0) continue;
    out += (out.empty() ? "" : between) + format_count(term.count) + " " + term.name;
  }
  return out;
}

std::string lane_line(const LaneFacts& lane) {
  if (lane.damaged) return pad_left(std::to_string(lane.index), 6) + "  damaged\n";
  std::string thread = lane.thread_id == 0 ? "unknown" : std::to_string(lane.thread_id);
  if (!lane.thread_name.empty()) thread += " " + printable(lane.thread_name);
  if (!lane.leased) thread += " (gone)";
  return pad_left(std::to_string(lane.index), 6) + "  " + pad_right(fit(thread, 27), 27) +
         pad_left(format_bytes(lane.ring_bytes), 10) + pad_left(format_count(lane.records), 13) +
         pad_left(format_count(lane.unconfirmed), 12) + pad_left(format_count(lane.open), 6) + "\n";
}

// What is out of the common: a lane whose spans were all recorded by one thread has no such line.
std::string lane_remarks(const LaneFacts& lane, const Screen& screen) {
  const std::string remarks = joined({{"sampled out", lane.sampled_out},
                                      {"lost: busy", lane.busy},
                                      {"lost: too deep", lane.too_deep},
                                      {"lost: abandoned", lane.abandoned},
                                      {"overwritten", lane.overwritten},
                                      {"cut by limits", lane.clipped},
                                      {"threads so far", lane.tenants > 1 ? lane.tenants : 0}},
                                     ", ");
  if (remarks.empty()) return {};
  return paint(screen, Color::kDim,
               "        " + format_count(lane.started) + " started; " + remarks) +
         "\n";
}

std::string render_lanes(const RegionFacts& facts, const Screen& screen, bool all) {
  std::string out = heading(screen, "Lanes");
  out += paint(screen, Color::kDim,
               "  lane  " + pad_right("thread", 27) + pad_left("ring", 10) +
                   pad_left("records", 13) + pad_left("to confirm", 12) + pad_left("open", 6)) +
         "\n";
  const std::size_t shown = all ? facts.lanes.size() : std::min(kLanesShown, facts.lanes.size());
  for (std::size_t i = 0; i < shown; ++i)
    out += lane_line(facts.lanes[i]) + lane_remarks(facts.lanes[i], screen);
  return out + more_line(facts.lanes.size(), shown, screen);
}

// "10 started = 2 in flight + 8 committed ✓"
std::string equation(const Term& left, std::initializer_list<Term> terms, bool alive,
                     const Screen& screen) {
  std::uint64_t sum = 0;
  for (const Term& term : terms) sum += term.count;
  std::string right = joined(terms, " + ");
  if (right.empty()) right = "0";
  std::string verdict = paint(screen, Color::kGreen, "✓");
  if (sum != left.count)
    verdict =
        alive
            ? paint(screen, Color::kYellow, "~ (it records while it is read)")
            : paint(screen, Color::kRed,
                    "✗ (differs by " +
                        format_count(sum > left.count ? sum - left.count : left.count - sum) + ")");
  return "  " + format_count(left.count) + " " + left.name + " = " + right + "  " + verdict + "\n";
}

std::string render_accounting(const RegionFacts& facts, const Screen& screen) {
  const Accounting& a = facts.accounting;
  std::string out = heading(screen, "Accounting, in spans");
  out += equation({"started", a.started},
                  {{"in flight", a.in_flight},
                   {"sampled out", a.sampled_out},
                   {"lost: no lane", a.lost_no_lane},
                   {"lost: no detached slot", a.lost_no_detached_slot},
                   {"lost: too deep", a.lost_too_deep},
                   {"lost: busy", a.lost_busy},
                   {"lost: abandoned", a.lost_abandoned},
                   {"committed", a.committed}},
                  facts.alive, screen);
  out += equation({"committed", a.committed},
                  {{"delivered", a.delivered},
                   {"refused", a.refused},
                   {"not exported", a.unexported},
                   {"overwritten", a.overwritten},
                   {"damaged", a.damaged},
                   {"in export", a.in_export},
                   {"in ring", a.in_ring}},
                  facts.alive, screen);
  const RegionCounts& counts = facts.counts;
  if (counts.laneless_started != 0) {
    const std::string terms = joined({{"sampled out", counts.laneless_sampled_out},
                                      {"no lane", a.lost_no_lane},
                                      {"no detached slot", a.lost_no_detached_slot},
                                      {"abandoned", counts.laneless_abandoned},
                                      {"committed", counts.laneless_committed}},
                                     ", ");
    out += "  " + format_count(counts.laneless_started) +
           " of the started were detached or had no lane" + (terms.empty() ? "" : ": ") + terms +
           "\n";
  }
  const auto missing = [&out](std::uint64_t count, const char* why) {
    if (count != 0)
      out += "  " + format_count(count) + " attributes, events, links, … " + why + "\n";
  };
  missing(a.clipped, "were cut by limits");
  missing(a.annotations_lost_busy, "were lost: set in a handler, within a recording call");
  missing(a.annotations_lost_no_lane, "were lost: set on a detached span where no lane was left");
  if (counts.definitions_refused != 0)
    out +=
        "  " + format_count(counts.definitions_refused) +
        " names and keys found no room among the definitions; spans carry their text or lack it\n";
  if (a.recovered_spans + a.recovered_regions + a.recover_failed != 0)
    out += "  beside these, of dead processes: " +
           joined({{"spans recovered", a.recovered_spans},
                   {"regions recovered", a.recovered_regions},
                   {"regions left, since a delivery failed", a.recover_failed}},
                  ", ") +
           "\n";
  if (counts.recovery_attempts != 0)
    out += "  " + format_count(counts.recovery_attempts) +
           " processes in a row died while they read this region to recover it\n";
  if (counts.rings_not_grown != 0)
    out += "  " + format_count(counts.rings_not_grown) +
           " times a ring could not grow, for want of budget or memory\n";
  return out;
}

std::string in_flight_line(const SpanFacts& span, const Screen& screen) {
  std::string line = pad_left(format_duration(span.age_ns), 10) + "  " +
                     pad_right(fit(printable(span.thread), 16), 16) + "  " +
                     span.trace_id.substr(0, 8) + "  " + printable(span.name);
  const std::string attributes = printable(span.attribute_text());
  line = fit(line, screen.columns);
  const std::size_t room = screen.columns - display_width(line);
  if (!attributes.empty() && room > 4)
    line += "  " + paint(screen, Color::kDim, fit(attributes, room - 2));
  return line + "\n";
}

// All of them: who looks for the one that hangs must not miss it.
std::string render_in_flight(const RegionFacts& facts, const Screen& screen) {
  std::string out = heading(screen, facts.alive ? "In flight" : "Were in flight");
  if (facts.in_flight.empty()) return out + "  none\n";
  out += paint(screen, Color::kDim,
               pad_left("age", 10) + "  " + pad_right("thread", 16) + "  trace     span") +
         "\n";
  for (const SpanFacts& span : facts.in_flight) out += in_flight_line(span, screen);
  return out;
}

std::string render_crash(const RegionFacts& facts, const Screen& screen) {
  if (!facts.crash) return {};
  const CrashSummary& crash = *facts.crash;
  std::string out = heading(screen, "Crash");
  out += "  " + paint(screen, Color::kRed, printable(crash.type)) + ": " +
         printable(crash.message) + "\n  on thread " + printable(crash.thread) + ", " +
         format_unix(crash.time_unix_ns) + "\n";
  for (std::size_t at = 0; at < crash.stack_trace.size();) {
    const std::size_t end = std::min(crash.stack_trace.find('\n', at), crash.stack_trace.size());
    out += "  " + printable(std::string_view(crash.stack_trace).substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return out;
}

nlohmann::ordered_json counts_json(const RegionCounts& counts) {
  return {{"definitions", counts.definitions},
          {"definition_bytes", counts.definition_bytes},
          {"definitions_refused", counts.definitions_refused},
          {"used_bytes", counts.used_bytes},
          {"rings_not_grown", counts.rings_not_grown},
          {"detached_chunks", counts.detached_chunks},
          {"anchors", counts.anchors},
          {"recovery_attempts", counts.recovery_attempts},
          {"laneless_started", counts.laneless_started},
          {"laneless_sampled_out", counts.laneless_sampled_out},
          {"laneless_committed", counts.laneless_committed},
          {"laneless_abandoned", counts.laneless_abandoned}};
}

nlohmann::ordered_json lane_json(const LaneFacts& lane) {
  return {{"lane", lane.index},
          {"damaged", lane.damaged},
          {"leased", lane.leased},
          {"thread_id", lane.thread_id},
          {"thread_name", lane.thread_name},
          {"tenants", lane.tenants},
          {"ring_bytes", lane.ring_bytes},
          {"started", lane.started},
          {"records", lane.records},
          {"unconfirmed", lane.unconfirmed},
          {"open", lane.open},
          {"sampled_out", lane.sampled_out},
          {"busy", lane.busy},
          {"too_deep", lane.too_deep},
          {"abandoned", lane.abandoned},
          {"overwritten", lane.overwritten},
          {"clipped", lane.clipped}};
}

nlohmann::ordered_json accounting_json(const RegionFacts& facts) {
  const Accounting& a = facts.accounting;
  return {{"started", a.started},
          {"in_flight", a.in_flight},
          {"sampled_out", a.sampled_out},
          {"lost_no_lane", a.lost_no_lane},
          {"lost_no_detached_slot", a.lost_no_detached_slot},
          {"lost_too_deep", a.lost_too_deep},
          {"lost_busy", a.lost_busy},
          {"lost_abandoned", a.lost_abandoned},
          {"committed", a.committed},
          {"delivered", a.delivered},
          {"refused", a.refused},
          {"unexported", a.unexported},
          {"overwritten", a.overwritten},
          {"damaged", a.damaged},
          {"in_export", a.in_export},
          {"in_ring", a.in_ring},
          {"clipped", a.clipped},
          {"annotations_lost_busy", a.annotations_lost_busy},
          {"annotations_lost_no_lane", a.annotations_lost_no_lane},
          {"recovered_spans", a.recovered_spans},
          {"recovered_regions", a.recovered_regions},
          {"recover_failed", a.recover_failed},
          {"started_balances", a.started == facts.accounted_started()},
          {"committed_balances", a.committed == facts.accounted_committed()}};
}

}  // namespace

std::string render_facts(const RegionFacts& facts, const Screen& screen, bool all) {
  std::string out = paint(screen, Color::kBold, printable(facts.path)) + "\n";
  const auto line = [&](const char* label, const std::string& value) {
    out += "  " + pad_right(label, 10) + value + "\n";
  };
  line("format", std::to_string(facts.version_major) + "." + std::to_string(facts.version_minor) +
                     ", " + format_bytes(facts.bytes) + " of address space");
  line("process", std::to_string(facts.pid) + ", " + state_text(facts, screen) +
                      (facts.service.empty() ? "" : ", " + printable(facts.service)));
  line("created", format_unix(facts.created_unix_ns));
  const RegionCounts& counts = facts.counts;
  line("memory", format_bytes(counts.used_bytes) + " in use, " +
                     format_plural(counts.definitions, "definition") + " in " +
                     format_bytes(counts.definition_bytes) + ", " +
                     format_plural(counts.detached_chunks, "chunk") + " of detached spans, " +
                     format_plural(counts.anchors, "clock anchor"));
  if (!facts.alive) line("last sign", format_unix(facts.last_sign_unix_ns));
  line("damage", facts.damaged == 0 ? "none"
                                    : paint(screen, Color::kRed,
                                            format_plural(facts.damaged, "record") +
                                                " do not check and are skipped"));
  return out + render_crash(facts, screen) + render_accounting(facts, screen) +
         render_lanes(facts, screen, all) + render_in_flight(facts, screen);
}

nlohmann::ordered_json facts_json(const RegionFacts& facts) {
  nlohmann::ordered_json out{
      {"path", facts.path},
      {"version", std::to_string(facts.version_major) + "." + std::to_string(facts.version_minor)},
      {"pid", facts.pid},
      {"service", facts.service},
      {"alive", facts.alive},
      {"being_recovered", facts.being_recovered},
      {"closed", facts.closed},
      {"bytes", facts.bytes},
      {"created_unix_ns", facts.created_unix_ns},
      {"last_sign_of_life_unix_ns", facts.last_sign_unix_ns},
      {"damaged", facts.damaged},
      {"accounting", accounting_json(facts)},
      {"counts", counts_json(facts.counts)}};
  if (facts.crash)
    out["crash"] = {{"type", facts.crash->type},
                    {"message", facts.crash->message},
                    {"thread", facts.crash->thread},
                    {"time_unix_ns", facts.crash->time_unix_ns},
                    {"stack_trace", facts.crash->stack_trace}};
  out["lanes"] = nlohmann::ordered_json::array();
  for (const LaneFacts& lane : facts.lanes) out["lanes"].push_back(lane_json(lane));
  out["in_flight"] = nlohmann::ordered_json::array();
  for (const SpanFacts& span : facts.in_flight) out["in_flight"].push_back(span_json(span));
  return out;
}

std::string render_region_heading(const Screen& screen) {
  return paint(screen, Color::kBold,
               pad_left("pid", 8) + "  " + pad_right("state", 7) + pad_right("service", 24) +
                   pad_left("started", 13) + pad_left("in flight", 11) + "  region") +
         "\n";
}

std::string render_region_line(const RegionFacts& facts, const Screen& screen) {
  const std::size_t state_width = facts.alive || facts.being_recovered ? 5 : facts.closed ? 6 : 4;
  return pad_left(std::to_string(facts.pid), 8) + "  " + state_text(facts, screen) +
         std::string(7 - state_width, ' ') + pad_right(fit(printable(facts.service), 23), 24) +
         pad_left(format_count(facts.accounting.started), 13) +
         pad_left(format_count(facts.accounting.in_flight), 11) + "  " + printable(facts.path) +
         "\n";
}

}  // namespace nanospan::tools

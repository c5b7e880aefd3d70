#include "facts/report.h"

#include "terminal/text.h"

namespace nanospan::tools {

nlohmann::ordered_json report_json(const ReadReport& report) {
  nlohmann::ordered_json out{{"input", printable(report.path)}, {"kind", report.kind},
                             {"spans", report.spans},           {"unfinished", report.unfinished},
                             {"too_old", report.too_old},       {"damaged", report.damaged}};
  if (report.is_region) {
    out["alive"] = report.alive;
    out["being_recovered"] = report.being_recovered;
    out["followed"] = report.followed;
    out["everything"] = report.everything;
    out["delivered_before"] = report.delivered;
    out["overwritten"] = report.overwritten;
    if (report.reach) out["reaches_back_ns"] = report.reach->count();
    out["record_only"] = report.not_exported;
  }
  if (report.death) {
    out["last_sign_of_life_unix_ns"] = report.death->last_sign_unix_ns;
    out["found_dead_unix_ns"] = report.death->found_unix_ns;
  }
  if (report.crash)
    out["crash"] = {{"type", printable(report.crash->type)},
                    {"message", printable(report.crash->message)},
                    {"thread", printable(report.crash->thread)},
                    {"time_unix_ns", report.crash->time_unix_ns},
                    {"on_span", report.crash->on_span}};
  for (const Damage& damage : report.damage)
    out["damage"].push_back(
        {{"unit", report.unit}, {"where", damage.where}, {"reason", printable(damage.reason)}});
  return out;
}

std::string report_text(const ReadReport& report) {
  std::string out = printable(report.path) + ": " + report.kind + "\n";
  if (report.death) {
    const auto gap = report.death->found_unix_ns - report.death->last_sign_unix_ns;
    out += "  died              between " + format_unix(report.death->last_sign_unix_ns) + " and " +
           format_unix(report.death->found_unix_ns) + " (" +
           format_duration(static_cast<std::uint64_t>(gap < 0 ? 0 : gap)) + ")\n";
  }
  if (report.crash)
    out += "  crashed           " + printable(report.crash->type) + ": " +
           printable(report.crash->message) + ", on thread " + printable(report.crash->thread) +
           (report.crash->on_span ? " (an event of its span)" : " (no span was current there)") +
           "\n";
  const auto line = [&](const char* label, std::uint64_t count, const char* note) {
    out += pad_right(std::string("  ") + label, 20) + format_count(count) + note + "\n";
  };
  line("read", report.spans, "");
  if (report.too_old != 0) line("too old", report.too_old, " (left out by --last)");
  if (!report.is_region) {
    if (report.damaged != 0) line("damaged", report.damaged, " (skipped)");
    return out;
  }
  if (!report.followed || !report.alive)  // who follows writes each when it ends
    line("unfinished", report.unfinished, report.alive ? " (in flight)" : " (were in flight)");
  line("delivered before", report.delivered,
       report.everything || report.delivered == 0 ? ""
                                                  : " (left out; --everything reads what is left)");
  line("overwritten", report.overwritten,
       report.alive && report.overwritten != 0 ? " (while it was read)" : "");
  if (report.reach)
    out += "  reaches back      " +
           format_duration(static_cast<std::uint64_t>(report.reach->count())) +
           " whole; of what is older the rings have lost some or all\n";
  if (report.not_exported != 0) line("record-only", report.not_exported, " (not sampled)");
  line("damaged", report.damaged, report.damaged == 0 ? "" : " (skipped)");
  if (report.being_recovered)
    out += "  being recovered   by a new process of its service, which removes it in the end\n";
  else if (!report.alive)
    out += "  kept              until its service starts anew and delivers it, or you rm it\n";
  return out;
}

std::string end_text(const ReadReport& report) {
  if (!report.crash) return " is gone";
  return " crashed (" + printable(report.crash->type) + ": " + printable(report.crash->message) +
         ")";
}

std::string damage_text(const ReadReport& report) {
  std::string out;
  for (const Damage& damage : report.damage)
    out += printable(report.path) + ": " + report.unit + " " + std::to_string(damage.where) +
           (damage.is_part ? ": " : " was skipped: ") + printable(damage.reason) + ".\n";
  if (!report.damage.empty() && report.damaged > report.damage.size())
    out += printable(report.path) + ": " + format_count(report.damaged - report.damage.size()) +
           " more were skipped.\n";
  return out;
}

}  // namespace nanospan::tools

#include "verdict.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

namespace demo {
namespace {

using Json = nlohmann::json;

Json read_analysis(const std::string& path) {
  std::ifstream file(path);
  Json analysis = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!analysis.is_object() || !analysis.contains("cause"))
    throw std::runtime_error(path + " is not what nanospan analyze --json writes.");
  return analysis;
}

std::string ms_of(double ns) {
  return std::to_string(std::lround(ns / 1e6)) + " ms";
}

// Of the root's span, in the slow requests.
double own_ns_of_root(const Json& analysis) {
  for (const Json& callsite : analysis.at("callsites")) {
    if (callsite.at("service") == analysis.at("root").at("service") &&
        callsite.at("span") == analysis.at("root").at("span"))
      return callsite.at("own_ns").at("slow");
  }
  return 0;
}

std::string name_of(std::string_view kind, std::string_view service, std::string_view span) {
  return std::string(kind) + ", " + std::string(service) + " / " + std::string(span);
}

}  // namespace

std::string explained(Cause cause) {
  const CauseFacts& facts = facts_of(cause);
  std::string text = std::string(facts.injected) + '\t';
  if (facts.kind == "own" || facts.kind == "call")
    text += std::string(facts.service) + '/' + std::string(facts.span) + "=0";
  return text;
}

std::string question_of(const std::string& analysis_path) {
  const Json analysis = read_analysis(analysis_path);
  const Json& root = analysis.at("root");
  std::set<std::string> services;
  for (const Json& callsite : analysis.at("callsites")) services.insert(callsite.at("service"));
  const std::string service = root.at("service");
  return root.at("span").get<std::string>() + " takes " + ms_of(root.at("p50_ns")) +
         " at the P50, and " + ms_of(root.at("p99_ns")) + " at the P99. It goes through " +
         std::to_string(services.size()) + " services, and " + service + ", its root, sees " +
         ms_of(own_ns_of_root(analysis)) + " of work of its own. Where is the time?\n";
}

Verdict verdict_of(const std::string& analysis_path, Cause injected) {
  const Json analysis = read_analysis(analysis_path);
  const Json& cause = analysis.at("cause");
  const CauseFacts& facts = facts_of(injected);
  const std::string found = name_of(cause.at("kind").get<std::string>(),
                                    cause.value("service", "-"), cause.value("span", "-"));
  const std::string expected = name_of(facts.kind, facts.service, facts.span);
  Verdict verdict{found == expected, cause.at("sentence").get<std::string>()};
  verdict.text +=
      verdict.agrees ? " That is what was injected.\n" : " But injected was: " + expected + ".\n";
  return verdict;
}

}  // namespace demo

// The verdict: what `nanospan analyze --json` found, against what was injected.
//
// Threads: none. Errors: std::runtime_error where the file is no such analysis.
#pragma once

#include <string>

#include "causes.h"

namespace demo {

// What is injected; a tab; and the argument of --what-if that says what the requests would take
// without it, where that can be said: a queue, a network, retries are not a span's own work.
[[nodiscard]] std::string explained(Cause cause);

// The question, with the analysis' numbers: how long the slow requests take, and how little of it
// is the root's own work.
[[nodiscard]] std::string question_of(const std::string& analysis_path);

struct Verdict {
  bool agrees = false;
  std::string text;
};
[[nodiscard]] Verdict verdict_of(const std::string& analysis_path, Cause injected);

}  // namespace demo

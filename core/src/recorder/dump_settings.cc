#include "recorder/dump_settings.h"

#include <signal.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/parse.h"
#include "config/environment.h"
#include "config/variable_reader.h"

namespace nanospan::recorder {
namespace {

// "SIGUSR2", "usr2", "12". 0: none of these.
int parse_signal(std::string_view text) {
  static constexpr std::pair<const char*, int> kNames[] = {
      {"usr1", SIGUSR1}, {"usr2", SIGUSR2}, {"hup", SIGHUP},     {"quit", SIGQUIT},
      {"int", SIGINT},   {"urg", SIGURG},   {"winch", SIGWINCH}, {"io", SIGIO}};
  if (const auto number = base::parse_unsigned(text))
    return *number < NSIG ? static_cast<int>(*number) : 0;
  std::string name = base::to_lower(text);
  if (name.starts_with("sig")) name.erase(0, 3);
  for (const auto& [known, signal] : kNames)
    if (name == known) return signal;
  return 0;
}

}  // namespace

bool may_ask_for_dumps(int signal) noexcept {
  for (const int other :
       {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP, SIGKILL, SIGSTOP, SIGCHLD})
    if (signal == other) return false;
  return signal > 0 && signal < NSIG;
}

DumpSettings with_environment(DumpSettings settings) {
  constexpr const char* kSignal = "NANOSPAN_DUMP_SIGNAL";
  constexpr std::uint64_t kLastDefaultMs = 10'000, kLastMaxMs = 86'400'000;
  std::vector<std::string> warnings;
  const config::GetEnvironment environment = config::process_environment;
  config::VariableReader reader(environment, warnings);
  const std::string_view signal = reader.text(kSignal);
  if (settings.signal == 0 && !signal.empty()) {
    settings.signal = parse_signal(signal);
    if (!may_ask_for_dumps(settings.signal)) {
      settings.signal = 0;
      reader.warn(kSignal, signal,
                  "ignored; write USR1, USR2, or the number of a signal that "
                  "may be caught and is no fault's.");
    }
  }
  if (settings.directory.empty()) settings.directory = reader.text("NANOSPAN_DUMP_DIR");
  if (settings.directory.empty()) settings.directory = ".";
  if (settings.last.count() <= 0) {
    const std::uint64_t last_ms =
        reader.number("NANOSPAN_DUMP_LAST_MS", 1).value_or(kLastDefaultMs);
    settings.last = std::chrono::milliseconds(std::min(last_ms, kLastMaxMs));
  }
  settings.last = std::min(settings.last, std::chrono::milliseconds(kLastMaxMs));
  for (const std::string& warning : warnings) base::log(LogLevel::kWarning, warning);
  return settings;
}

}  // namespace nanospan::recorder

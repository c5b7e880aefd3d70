#include "terminal/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/parse.h"
#include "terminal/ascii.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

bool is_set(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::size_t columns_of(int descriptor) {
  constexpr std::uint64_t kDefault = 80, kLeast = 40, kMost = 400;
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return std::clamp<std::uint64_t>(size.ws_col, kLeast, kMost);
  const char* const columns = std::getenv("COLUMNS");
  const auto parsed = base::parse_unsigned(columns == nullptr ? "" : columns);
  return std::clamp(parsed.value_or(kDefault), kLeast, kMost);
}

bool is_ascii_locale() {
  for (const char* const variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (!is_set(variable)) continue;
    const std::string locale = base::to_lower(std::getenv(variable));
    return locale.find("utf-8") == std::string::npos && locale.find("utf8") == std::string::npos;
  }
  return false;
}

// It moves no cursor and erases nothing.
bool is_dumb_terminal() {
  const char* const terminal = std::getenv("TERM");
  return terminal != nullptr && std::string_view(terminal) == "dumb";
}

}  // namespace

Screen detect_screen(bool no_color) {
  Screen screen;
  screen.columns = columns_of(STDOUT_FILENO);
  const char* const force = std::getenv("CLICOLOR_FORCE");
  const bool forced = force != nullptr && *force != '\0' && std::string_view(force) != "0";
  screen.color = !no_color && !is_set("NO_COLOR") &&
                 (forced || (isatty(STDOUT_FILENO) && !is_dumb_terminal()));
  screen.ascii = is_ascii_locale();
  return screen;
}

std::string paint(const Screen& screen, Color color, std::string_view text) {
  if (!screen.color || text.empty()) return std::string(text);
  constexpr const char* kCodes[] = {"31", "33", "32", "36", "2", "1"};
  return std::string("\x1b[") + kCodes[static_cast<int>(color)] + "m" + std::string(text) +
         "\x1b[0m";
}

Progress::Progress(std::string title, bool quiet)
    : title_(std::move(title)),
      visible_(!quiet && isatty(STDERR_FILENO) && !is_dumb_terminal()),
      is_ascii_(is_ascii_locale()),
      next_(std::chrono::steady_clock::now() + std::chrono::milliseconds(200)) {}

Progress::~Progress() {
  erase();
}

void Progress::erase() {
  if (std::exchange(drawn_, false)) std::fputs("\r\x1b[K", stderr);
}

void Progress::show(std::uint64_t done, std::uint64_t total, std::uint64_t spans) {
  const auto now = std::chrono::steady_clock::now();
  if (!visible_ || now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  drawn_ = true;
  // A line that is wider than the screen goes on in the next one, where "\r" does not reach it.
  const std::size_t columns = columns_of(STDERR_FILENO) - 1;
  const bool is_narrow = columns < 79;
  const std::uint64_t cells = is_narrow ? 8 : 24;
  std::string bar;
  if (total != 0) {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const auto full = static_cast<std::uint64_t>(share * static_cast<double>(cells));
    for (std::uint64_t i = 0; i < cells; ++i) bar += i < full ? "█" : "░";
    bar += " " + std::to_string(static_cast<int>(share * 100)) + " %";
  }
  std::string line = fit(title_, is_narrow ? 10 : 30) + " " + bar;
  if (spans != 0) line += "  " + format_plural(spans, "span");
  line = fit(line, columns);
  std::fprintf(stderr, "\r\x1b[K%s", (is_ascii_ ? to_ascii(line) : line).c_str());
}

}  // namespace nanospan::tools

// Terminal: is somebody looking, how wide is it, may it be coloured; and the progress bar.
//
// Source: no-color.org (NO_COLOR), bixense.com/clicolors (CLICOLOR_FORCE).
// Threads: none.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nanospan::tools {

struct Screen {
  std::size_t columns = 80;
  bool color = false;
  bool ascii = false;  // it shows nothing else
};
// Of standard output. Columns: the terminal's, else $COLUMNS, else 80; 40 at least, 400 at most.
// ASCII: LC_ALL, else LC_CTYPE, else LANG names a locale without UTF-8; if none is set, as in most
// containers, the terminal is taken to be as new as they are.
[[nodiscard]] Screen detect_screen(bool no_color);

enum class Color { kRed, kYellow, kGreen, kCyan, kDim, kBold };
[[nodiscard]] std::string paint(const Screen& screen, Color color, std::string_view text);

// On standard error, only when that is a terminal, in one line of it; erased when it is done.
class Progress {
 public:
  Progress(std::string title, bool quiet);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();
  // total 0: unknown; spans 0: not said.
  void show(std::uint64_t done, std::uint64_t total, std::uint64_t spans);
  // Before anything else is written there.
  void erase();

 private:
  std::string title_;
  bool visible_ = false;
  bool is_ascii_ = false;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace nanospan::tools

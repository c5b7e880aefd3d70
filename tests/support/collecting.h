// A collector over a directory of its own, and processes that record numbers for it.
//
// Threads: as live_process.h.
#pragma once

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "support/live_process.h"

namespace nanospan::test {

inline constexpr int kSpans = 20'000;

inline void record_numbers(int from, int to) {
  for (int number = from; number < to; ++number) {
    NANOSPAN_SCOPE(span, "work");
    span.set_attribute("number", number);
  }
}

inline RecorderOptions with_large_rings() {
  RecorderOptions options;
  options.ring_bytes_initial = options.ring_bytes_max = 8u << 20;
  return options;
}

class Collect : public CommandTest {
 protected:
  // Its remarks are the output that a test waits for.
  [[nodiscard]] std::string collecting(const std::string& options = "") const {
    return line("collect . -o out.jsonl " + options + " 2>&1 >/dev/null");
  }
  static void wait_for(Background& collector, const std::string& remark) {
    std::string text = collector.next_line();
    while (!text.empty() && text.find(remark) == std::string::npos) text = collector.next_line();
    EXPECT_NE(text, "") << remark;
  }
  // What is there, and no more. Its exit code.
  static int run_once(const std::string& line) {
    Background collector(line);
    wait_for(collector, "Collecting from");
    return collector.end(SIGTERM);
  }
  // How often each number of "work" is in the file.
  [[nodiscard]] std::vector<int> counts(const std::string& file = "out.jsonl",
                                        std::size_t numbers = kSpans) const {
    std::vector<int> found(numbers);
    std::istringstream lines(read(file));
    for (std::string text; std::getline(lines, text);) {
      const auto traces = nlohmann::json::parse(text);
      for (const auto& resource_spans : traces["resourceSpans"])
        for (const auto& scope_spans : resource_spans["scopeSpans"])
          for (const auto& span : scope_spans["spans"])
            for (const auto& attribute : span.value("attributes", nlohmann::json::array()))
              if (attribute["key"] == "number")
                ++found.at(std::stoul(attribute["value"]["intValue"].get<std::string>()));
    }
    return found;
  }
  // A process that has recorded these numbers, and left a span open, when it was killed.
  std::string record_and_die(int from, int to) const {
    LiveProcess process(directory(), [from, to](LiveProcess::Ready ready) {
      record_numbers(from, to);
      NANOSPAN_SCOPE(open, "open");
      ready.wait_for_ever();
    });
    std::string pid = std::to_string(process.pid());
    process.kill();
    return pid;
  }
  [[nodiscard]] std::size_t regions() const {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory()))
      files += entry.path().extension() == ".nspan" ? 1u : 0u;
    return files;
  }
};

}  // namespace nanospan::test

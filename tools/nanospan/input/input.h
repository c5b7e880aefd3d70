// Input: what a person named (a PID, a DIR, a FILE, "-") as a list of things to read.
//
// Threads: none. Errors: a sentence that says what to do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "terminal/exit_code.h"

namespace nanospan::tools {

enum class InputKind { kRegion, kJson, kProtobuf };

struct Input {
  InputKind kind = InputKind::kRegion;
  std::string path;        // "-": standard input
  bool is_listed = false;  // found in a directory that was named, not named itself
};

struct InputList {
  std::vector<Input> inputs;
  ExitCode code = kOk;  // otherwise `error` says why
  std::string error;
};

// Each argument in turn. A PID is digits with no file of that name; a DIR gives its regions (live
// ones first, then the newest) and its *.jsonl files.
[[nodiscard]] InputList find_inputs(const std::vector<std::string>& arguments);
// The regions of the directory that recorders use: $NANOSPAN_DIR, else /dev/shm/nanospan-<uid>.
[[nodiscard]] InputList find_regions();
// The bytes a file begins with say what it is; `path` counts when they say nothing.
inline constexpr std::size_t kFirstBytes = 512;
[[nodiscard]] InputKind kind_of(const std::string& path, std::string_view first_bytes);

}  // namespace nanospan::tools

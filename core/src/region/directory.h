// Where regions live, and what a region's file is called.
//
// A directory that others may write is refused: whoever can plant a file there can feed a reader.
#pragma once

#include <string>

#include "nanospan/status.h"

namespace nanospan::region {

inline constexpr const char* kFileSuffix = ".nspan";

// `configured`, else $NANOSPAN_DIR, else /dev/shm/nanospan-<uid>. Never touches the file system.
[[nodiscard]] std::string directory_of(const std::string& configured);
// Makes it (0700) if it is missing; checks that it is a directory of ours, not a symlink.
[[nodiscard]] Status prepare_directory(const std::string& path);
// "<directory>/<pid>-<16 random hex digits>.nspan"
[[nodiscard]] std::string new_file_path(const std::string& directory);

}  // namespace nanospan::region

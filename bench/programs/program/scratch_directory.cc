#include <cstdlib>
#include <filesystem>

#include "programs/program/operations.h"

namespace nanospan::bench {

ScratchDirectory::ScratchDirectory() {
  char path[] = "/dev/shm/nanospan-bench-XXXXXX";
  if (mkdtemp(path) != nullptr) path_ = path;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace nanospan::bench

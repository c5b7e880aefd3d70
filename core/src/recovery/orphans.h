// OrphanSearch: which regions of a directory are a dead process's, of one service.
//
// In steps, because a directory may hold thousands of files and who searches has rings to read.
// Nothing is written or locked: a region of another service, or a live one, is not touched.
// Threads: none. Limits: the first kNamesMax names. Errors: what has a region's name and is none
// that can be recovered is counted, with the sentence of the first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "recovery/dead_file.h"

namespace nanospan::recovery {

class OrphanSearch {
 public:
  static constexpr std::size_t kNamesMax = 4096;

  OrphanSearch(std::string directory, std::string service_name);

  // True: done.
  bool step();
  // When done.
  [[nodiscard]] std::size_t left() const noexcept { return found_.size(); }
  // The oldest of those left; only if there is one.
  [[nodiscard]] DeadFile take_oldest() noexcept;
  [[nodiscard]] std::uint64_t unusable() const noexcept { return unusable_; }
  [[nodiscard]] const std::string& first_reason() const noexcept { return first_reason_; }

 private:
  void list_names();
  void look_at(const std::string& name);
  void refuse(const std::string& path, const std::string& why);

  const std::string directory_;
  const std::string service_name_;
  bool is_listed_ = false;
  std::vector<std::string> names_;  // not looked at yet
  std::vector<DeadFile> found_;
  std::uint64_t unusable_ = 0;
  std::string first_reason_;
};

// "<pid>-<16 hex digits>.nspan"
[[nodiscard]] bool is_region_name(std::string_view name) noexcept;

}  // namespace nanospan::recovery

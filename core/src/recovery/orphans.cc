#include "recovery/orphans.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/sentence.h"
#include "config/resource.h"
#include "decode/definition_table.h"
#include "decode/region_resource.h"
#include "format/region_view.h"
#include "recovery/liveness.h"
#include "recovery/region_clock.h"
#include "region/directory.h"

namespace nanospan::recovery {
namespace {

constexpr std::size_t kFilesPerStep = 16;
constexpr std::size_t kRandomDigits = 16;

// Closes at the end of its scope.
struct Descriptor {
  explicit Descriptor(int number) noexcept : fd(number) {}
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int fd;
};

// nullopt: the definitions are not in the file.
std::optional<std::string> read_service_name(int fd, const format::RegionHeader& untrusted,
                                             std::uint64_t file_bytes) {
  const std::uint64_t offset = untrusted.definitions_offset;
  const std::uint64_t bytes =
      std::min<std::uint64_t>(untrusted.definitions_bytes.load(), format::kDefinitionsBytes) / 8 *
      8;
  if (offset > file_bytes || bytes > file_bytes - offset) return std::nullopt;
  std::vector<std::uint64_t> words(static_cast<std::size_t>(bytes / 8));
  if (!read_at(fd, words.data(), static_cast<std::size_t>(bytes), offset)) return std::nullopt;
  detail::DefinitionTable table;
  decode::RegionResource resource;
  (void)table.load(words, &resource);
  return std::string(config::find_text(*resource.get(table), "service.name"));
}

}  // namespace

bool is_region_name(std::string_view name) noexcept {
  const std::string_view suffix = region::kFileSuffix;
  if (!name.ends_with(suffix)) return false;
  name.remove_suffix(suffix.size());
  const std::size_t dash = name.find('-');
  const auto all_of = [](std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
  };
  return dash != std::string_view::npos && name.size() - dash - 1 == kRandomDigits &&
         all_of(name.substr(0, dash), "0123456789") &&
         all_of(name.substr(dash + 1), "0123456789abcdef");
}

OrphanSearch::OrphanSearch(std::string directory, std::string service_name)
    : directory_(std::move(directory)), service_name_(std::move(service_name)) {}

void OrphanSearch::refuse(const std::string& path, const std::string& why) {
  if (unusable_++ == 0) first_reason_ = base::sentence("%s: %s", path.c_str(), why.c_str());
}

void OrphanSearch::list_names() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(directory_.c_str()), closedir);
  if (directory == nullptr) return;
  while (names_.size() < kNamesMax) {
    const dirent* const entry = readdir(directory.get());
    if (entry == nullptr) break;
    if (is_region_name(entry->d_name)) names_.push_back(entry->d_name);
  }
}

void OrphanSearch::look_at(const std::string& name) {
  const std::string path = directory_ + "/" + name;
  auto file = DeadFile::find(path);
  if (!file) {
    // Gone since it was listed: another process has recovered or closed it.
    if (access(path.c_str(), F_OK) == 0) refuse(path, file.error());
    return;
  }
  if (file->bytes == 0) return;  // its owner begins to make it just now
  const Descriptor opened(file->open(O_RDONLY));
  if (opened.fd < 0 || liveness_of(opened.fd) != Liveness::kGone) return;
  // A file that is being made is empty until its owner holds the lock; so no live one gets past.
  auto header = std::make_unique<format::RegionHeader>();
  if (file->bytes < format::kPage || !read_at(opened.fd, header.get(), sizeof(*header), 0))
    return refuse(path, "It is shorter than a region's first page; remove it.");
  if (const Status ok = format::check_header(*header, file->bytes); !ok)
    return refuse(path, ok.error());
  if (!is_of_this_boot(*header))
    return refuse(path,
                  "It is of another boot, and what the machine's end left of it may be torn; "
                  "nanospan export reads what checks.");
  const auto service = read_service_name(opened.fd, *header, file->bytes);
  if (!service) return refuse(path, "Its definitions lie outside the file; remove it.");
  if (*service != service_name_) return;
  file->created_unix_ns = header->created_unix_ns;
  found_.push_back(std::move(*file));
}

bool OrphanSearch::step() {
  if (!std::exchange(is_listed_, true)) {
    list_names();
    return names_.empty();
  }
  for (std::size_t i = 0; i < kFilesPerStep && !names_.empty(); ++i) {
    look_at(names_.back());
    names_.pop_back();
  }
  return names_.empty();
}

DeadFile OrphanSearch::take_oldest() noexcept {
  const auto oldest = std::min_element(
      found_.begin(), found_.end(),
      [](const DeadFile& a, const DeadFile& b) { return a.created_unix_ns < b.created_unix_ns; });
  std::swap(*oldest, found_.back());
  DeadFile taken = std::move(found_.back());
  found_.pop_back();
  return taken;
}

}  // namespace nanospan::recovery

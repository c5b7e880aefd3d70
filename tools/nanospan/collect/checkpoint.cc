#include "collect/checkpoint.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "recovery/dead_file.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

nlohmann::json json_of(const RegionProgress& progress) {
  nlohmann::json json{{"done_unix_ns", progress.done_unix_ns}, {"lanes", nlohmann::json::array()}};
  for (const LaneProgress& lane : progress.lanes)
    json["lanes"].push_back({lane.position, lane.records});
  return json;
}

RegionProgress progress_from(const nlohmann::json& untrusted) {
  RegionProgress progress;
  progress.done_unix_ns = untrusted.at("done_unix_ns").get<std::int64_t>();
  for (const auto& lane : untrusted.at("lanes"))
    progress.lanes.push_back({lane.at(0).get<std::uint64_t>(), lane.at(1).get<std::uint64_t>()});
  return progress;
}

}  // namespace

Checkpoint::~Checkpoint() {
  if (lock_ >= 0) close(lock_);
}

Status Checkpoint::open() {
  const std::string lock = path_ + ".lock";
  lock_ = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock_ < 0)
    return Status::failure(printable(lock) + " can't be made (" + std::strerror(errno) +
                           "); name another checkpoint with --checkpoint.");
  struct flock wanted {};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  if (fcntl(lock_, F_OFD_SETLK, &wanted) != 0)
    return Status::failure("Another collector uses the checkpoint " + printable(path_) +
                           "; end it, or name another with --checkpoint.");
  std::ifstream file(path_, std::ios::binary);
  if (!file.is_open() && errno == ENOENT) return {};
  if (!file.is_open())  // to begin anew would collect again what is in the output
    return Status::failure("The checkpoint " + printable(path_) + " can't be read (" +
                           std::strerror(errno) + "); look at its permissions.");
  was_there_ = true;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return parse(text);
}

Status Checkpoint::parse(const std::string& untrusted) {
  try {
    const auto json = nlohmann::json::parse(untrusted);
    if (json.at("version") != 1) throw std::runtime_error("another version wrote it");
    output_bytes = json.at("output_bytes").get<std::uint64_t>();
    for (const auto& [name, region] : json.at("regions").items())
      regions[name] = progress_from(region);
    if (json.contains("pending"))
      pending = {json["pending"].at("region").get<std::string>(), progress_from(json["pending"])};
    return {};
  } catch (const std::exception& error) {
    return Status::failure("The checkpoint " + printable(path_) + " can't be used (" +
                           printable(error.what()) +
                           "); remove it to collect from the beginning again.");
  }
}

Status Checkpoint::save() const {
  nlohmann::json json{{"version", 1}, {"output_bytes", output_bytes}};
  json["regions"] = nlohmann::json::object();
  for (const auto& [name, progress] : regions) json["regions"][name] = json_of(progress);
  if (pending) {
    json["pending"] = json_of(pending->progress);
    json["pending"]["region"] = pending->region;
  }
  const std::string temporary = path_ + ".part";
  const std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  // Not through a link that somebody else has put there.
  const int file =
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  const bool is_written = file >= 0 && recovery::write_at(file, text.data(), text.size(), 0);
  const int error = errno;
  if (file >= 0) close(file);
  errno = error;
  if (!is_written || std::rename(temporary.c_str(), path_.c_str()) != 0)
    return Status::failure("The checkpoint " + printable(path_) + " can't be written (" +
                           std::strerror(errno) + "); make room, or name another.");
  return {};
}

}  // namespace nanospan::tools

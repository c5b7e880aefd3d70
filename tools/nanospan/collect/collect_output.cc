#include "collect/collect_output.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include "nanospan/exporters/make_exporter.h"
#include "nanospan/exporters/otlp_file_exporter.h"
#include "output/output.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

constexpr auto kExportTimeout = std::chrono::seconds(30);

Deadline export_deadline() {
  return std::chrono::steady_clock::now() + kExportTimeout;
}

// Of the piece that `bytes` begin with, a line, or a length and that many bytes; 0: it is cut
// short.
std::uint64_t first_piece_bytes(const std::string& bytes, bool is_protobuf) {
  if (!is_protobuf) {
    const std::size_t end = bytes.find('\n');
    return end == std::string::npos ? 0 : end + 1;
  }
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 9; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    length |= std::uint64_t{byte & 0x7fu} << (7 * i);
    if ((byte & 0x80) != 0) continue;
    if (length > bytes.size() - i - 1) return 0;
    return length + i + 1;
  }
  return 0;
}

std::string end_of_file(const std::string& path, std::uint64_t from) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(from));
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Status CollectOutput::open(const CollectOptions& options, Checkpoint& checkpoint) {
  if (options.output.empty()) {
    checkpoint.pending.reset();
    return open_exporter(options.exporter);
  }
  path_ = options.output;
  is_protobuf_ = is_protobuf_name(path_);
  if (Status settled = settle(checkpoint); !settled) return settled;
  OtlpFileOptions file;
  file.path = path_;
  file.format =
      is_protobuf_ ? OtlpFileFormat::kLengthDelimitedProtobuf : OtlpFileFormat::kJsonLines;
  auto made = make_otlp_file_exporter(std::move(file));
  if (!made) return made.status();
  exporter_ = std::move(*made);
  checkpoint.output_bytes = bytes();
  return checkpoint.save();
}

Status CollectOutput::open_exporter(const std::string& name) {
  ExporterDefaults defaults;
  defaults.service_name = "collected";
  auto made = make_exporter(name, defaults);
  if (!made) return made.status();
  exporter_ = std::move(*made);
  is_standard_output_ = name == "otlp/stdout" || name == "console";
  return {};
}

Status CollectOutput::settle(Checkpoint& checkpoint) const {
  const auto pending = std::exchange(checkpoint.pending, std::nullopt);
  struct stat info {};
  if (stat(path_.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || !checkpoint.was_there())
    return {};  // a new one begins, or somebody's is appended to
  const auto there = static_cast<std::uint64_t>(info.st_size);
  if (there < checkpoint.output_bytes)
    return Status::failure(printable(path_) +
                           " is shorter than its checkpoint says; remove the checkpoint to begin "
                           "anew.");
  // Without an export under way, what is behind is somebody else's: it stays.
  if (there == checkpoint.output_bytes || !pending) return {};
  const std::string behind = end_of_file(path_, checkpoint.output_bytes);
  if (const std::uint64_t piece = first_piece_bytes(behind, is_protobuf_); piece != 0) {
    if (piece != behind.size())
      return Status::failure(printable(path_) +
                             " was written by another since its collector was killed; give "
                             "another file with -o, and another checkpoint.");
    checkpoint.regions[pending->region] = pending->progress;
    return {};
  }
  // What was written in part is read again: cut off, it is there once.
  if (truncate(path_.c_str(), static_cast<off_t>(checkpoint.output_bytes)) == 0) return {};
  return Status::failure(printable(path_) + " can't be written (" + std::strerror(errno) +
                         "); look at its permissions.");
}

bool CollectOutput::take(const SpanBatch& batch) {
  return exporter_->export_batch(batch, export_deadline()) == ExportResult::kSuccess;
}

bool CollectOutput::end() {
  const bool is_flushed = exporter_->flush(export_deadline());
  exporter_->shutdown(export_deadline());
  return is_flushed;
}

std::uint64_t CollectOutput::bytes() const {
  struct stat info {};
  return stat(path_.c_str(), &info) == 0 && S_ISREG(info.st_mode)
             ? static_cast<std::uint64_t>(info.st_size)
             : 0;
}

bool CollectOutput::reader_is_gone() const {
  pollfd out{STDOUT_FILENO, 0, 0};
  return is_standard_output_ && poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

}  // namespace nanospan::tools

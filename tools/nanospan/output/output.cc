#include "output/output.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "output/otlp_json.h"
#include "terminal/text.h"

namespace nanospan::tools {

bool is_protobuf_name(const std::string& path) {
  return path.ends_with(".pb") || path.ends_with(".binpb") || path.ends_with(".otlp");
}

OtlpOutput::~OtlpOutput() {
  if (file_ == nullptr || file_ == stdout) return;
  std::fclose(file_);
}

Status OtlpOutput::failure(const char* verb) const {
  return Status::failure((path_.empty() ? std::string("Standard output") : printable(path_)) +
                         " can't be " + verb + " (" + std::strerror(error_) +
                         "); give another file with -o.");
}

bool OtlpOutput::reader_is_gone() const noexcept {
  return error_ == EPIPE;
}

Status OtlpOutput::open_file(const std::string& target, int flags) {
  const int fd = ::open(target.c_str(), flags | O_WRONLY | O_CLOEXEC, 0600);
  if (fd >= 0) file_ = fdopen(fd, "wb");
  if (file_ != nullptr) return {};
  error_ = errno;
  return failure("made");
}

Status OtlpOutput::open(const std::string& path, bool force) {
  path_ = path;
  if (path.empty()) {
    file_ = stdout;
    return {};
  }
  struct stat info {};
  const bool exists = stat(path.c_str(), &info) == 0;
  if (exists && !S_ISREG(info.st_mode)) return open_file(path, 0);  // a pipe, /dev/null
  if (exists && !force)
    return Status::failure(printable(path) +
                           " is there already; give another name, or --force to replace it.");
  const int flags = O_CREAT | O_NOFOLLOW | (is_growing_ && force ? O_TRUNC : O_EXCL);
  if (is_growing_) return open_file(path, flags);
  return open_file(part_.emplace(path).path(), flags);
}

Status OtlpOutput::open_growing(const std::string& path, bool force) {
  is_growing_ = true;
  return open(path, force);
}

bool OtlpOutput::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size()) return true;
  error_ = errno;
  return false;
}

bool OtlpOutput::flush() {
  if (std::fflush(file_) == 0) return true;
  error_ = errno;
  return false;
}

bool OtlpOutput::write_piece(std::string_view encoded) {
  if (format_ == OutputFormat::kJsonLines)
    return write(encoded) && write("\n") && (!is_growing_ || flush());
  std::string length;
  std::size_t left = encoded.size();
  for (; left >= 0x80; left >>= 7) length += static_cast<char>((left & 0x7f) | 0x80);
  length += static_cast<char>(left);
  return write(length) && write(encoded) && (!is_growing_ || flush());
}

bool OtlpOutput::take(const SpanBatch& batch) {
  return write_piece(format_ == OutputFormat::kJsonLines ? json_.encode(batch)
                                                         : protobuf_.encode(batch));
}

bool OtlpOutput::take(const OtlpPiece& piece) {
  if (format_ == OutputFormat::kProtobuf) return write_piece(piece.bytes);
  otlp::v1::TracesData traces;
  return traces.ParseFromArray(piece.bytes.data(), static_cast<int>(piece.bytes.size())) &&
         write_piece(traces_to_json(traces));
}

Status OtlpOutput::commit() {
  if (error_ == 0 && std::fflush(file_) != 0) error_ = errno;
  if (error_ != 0) return failure("written");
  if (file_ == stdout) return {};
  std::FILE* const file = std::exchange(file_, nullptr);
  if (std::fclose(file) != 0 || (part_ && !part_->give_name(path_))) {
    error_ = errno;
    return failure("written");
  }
  return {};
}

}  // namespace nanospan::tools

#include "readers/byte_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace nanospan::tools::readers {
namespace {

constexpr std::size_t kWindowBytes = std::size_t{1} << 20;

}  // namespace

Result<ByteStream> ByteStream::open(const std::string& path) {
  ByteStream stream;
  stream.fd_ =
      path == "-" ? dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (stream.fd_ < 0)
    return Status::failure(std::string("can't be read (") + std::strerror(errno) +
                           "); look at its permissions");
  struct stat info {};
  if (fstat(stream.fd_, &info) == 0 && S_ISREG(info.st_mode))
    stream.size_ = static_cast<std::uint64_t>(info.st_size);
  return stream;
}

ByteStream ByteStream::of_text(std::string_view text) {
  ByteStream stream;
  stream.text_ = text;
  stream.size_ = text.size();
  return stream;
}

ByteStream::ByteStream(ByteStream&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      text_(other.text_),
      buffer_(std::move(other.buffer_)),
      capacity_(other.capacity_),
      begin_(other.begin_),
      end_(other.end_),
      read_(other.read_),
      size_(other.size_),
      at_end_(other.at_end_),
      failure_(std::move(other.failure_)) {}

ByteStream::~ByteStream() {
  if (fd_ >= 0) close(fd_);
}

std::string_view ByteStream::ahead(std::size_t bytes) {
  while (end_ - begin_ < bytes && !at_end_) {
    make_room(bytes);
    const std::size_t got = read_some(buffer_.get() + end_, capacity_ - end_);
    if (got == 0) at_end_ = true;
    end_ += got;
    read_ += got;
  }
  return {buffer_.get() + begin_, end_ - begin_};
}

// Doubled, so that a piece that turns out longer and longer is copied a few times only.
void ByteStream::make_room(std::size_t bytes) {
  const std::size_t held = end_ - begin_;
  if (begin_ != 0 && held != 0) std::memmove(buffer_.get(), buffer_.get() + begin_, held);
  begin_ = 0;
  end_ = held;
  const std::size_t needed = std::max(bytes, held + 1);
  if (capacity_ >= needed) return;
  capacity_ = std::max(kWindowBytes, needed + needed / 2);
  std::unique_ptr<char[]> larger(new char[capacity_ + kPadding]);
  if (held != 0) std::memcpy(larger.get(), buffer_.get(), held);
  std::memset(larger.get() + capacity_, 0, kPadding);
  buffer_ = std::move(larger);
}

std::size_t ByteStream::read_some(char* to, std::size_t bytes_max) {
  if (fd_ < 0) {
    const std::size_t bytes = std::min(bytes_max, text_.size());
    if (bytes != 0) std::memcpy(to, text_.data(), bytes);
    text_.remove_prefix(bytes);
    return bytes;
  }
  ssize_t got = 0;
  do got = read(fd_, to, bytes_max);
  while (got < 0 && errno == EINTR);
  if (got >= 0) return static_cast<std::size_t>(got);
  failure_ = std::string("it can't be read any further (") + std::strerror(errno) + ")";
  return 0;
}

}  // namespace nanospan::tools::readers

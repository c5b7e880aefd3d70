#include "sinks/fd_writer.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace nanospan::sinks {
namespace {

// Ready within what is left until the deadline.
bool wait_writable(int fd, Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  pollfd poll_fd{fd, POLLOUT, 0};
  const auto wait_ms = std::clamp<std::int64_t>(left.count(), 0, 60'000);
  return ::poll(&poll_fd, 1, static_cast<int>(wait_ms)) > 0;
}

}  // namespace

FdWriter::FdWriter(int fd, bool owned) noexcept : fd_(fd), owned_(owned) {
  struct stat status {};
  regular_ = ::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode);
}

FdWriter::FdWriter(int fd) noexcept : FdWriter(fd, false) {}

FdWriter::FdWriter(FdWriter&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      owned_(std::exchange(other.owned_, false)),
      regular_(other.regular_) {}

FdWriter& FdWriter::operator=(FdWriter&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(owned_, other.owned_);
  std::swap(regular_, other.regular_);
  return *this;
}

FdWriter::~FdWriter() {
  if (owned_) ::close(fd_);
}

Result<FdWriter> FdWriter::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
  if (fd < 0) {
    return Status::failure("cannot open '" + path +
                           "' to write spans: " + std::generic_category().message(errno) +
                           "; name a file in a directory that exists and can be written");
  }
  return FdWriter(fd, true);
}

// 0: no more for now.
std::size_t FdWriter::write_some(std::string_view bytes, Deadline deadline) {
  // A pipe that is ready takes this much without blocking.
  constexpr std::size_t kPipeBytes = PIPE_BUF;
  for (;;) {
    if (!regular_ && !wait_writable(fd_, deadline)) return 0;
    const std::size_t want = regular_ ? bytes.size() : std::min(bytes.size(), kPipeBytes);
    const ssize_t result = ::write(fd_, bytes.data(), want);
    if (result > 0) return static_cast<std::size_t>(result);
    if (result == 0 || (errno != EINTR && errno != EAGAIN)) {
      error_ = errno;
      return 0;
    }
  }
}

bool FdWriter::cut_back(std::size_t bytes) {
  // Behind our last byte, whether the descriptor appends or not.
  const off_t begin = ::lseek(fd_, 0, SEEK_CUR) - static_cast<off_t>(bytes);
  return begin >= 0 && ::ftruncate(fd_, begin) == 0 && ::lseek(fd_, begin, SEEK_SET) == begin;
}

std::string FdWriter::last_error() const {
  return error_ != 0 ? std::generic_category().message(error_)
                     : "it took no more bytes by the deadline";
}

std::size_t FdWriter::write(std::string_view bytes, Deadline deadline) {
  std::size_t written = 0;
  error_ = 0;
  while (written < bytes.size()) {
    const std::size_t some = write_some(bytes.substr(written), deadline);
    if (some == 0) break;
    written += some;
  }
  const bool is_partial = written != 0 && written < bytes.size();
  return regular_ && is_partial && cut_back(written) ? 0 : written;
}

}  // namespace nanospan::sinks

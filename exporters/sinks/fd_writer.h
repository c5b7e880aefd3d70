// FdWriter: bytes to a file descriptor by a deadline; of a regular file, all of them or none.
//
// Threads: none. Errors: fewer bytes than asked for. A regular file is then cut back to where they
// began, so that it never ends in the middle of a line; what went into a pipe is gone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "nanospan/exporter.h"
#include "nanospan/status.h"

namespace nanospan::sinks {

class FdWriter {
 public:
  // The descriptor stays the caller's.
  explicit FdWriter(int fd) noexcept;
  // Opens for appending, makes it 0600 if it is not there.
  static Result<FdWriter> open(const std::string& path);
  FdWriter(FdWriter&& other) noexcept;
  FdWriter& operator=(FdWriter&& other) noexcept;
  ~FdWriter();

  // How many of `bytes` are out: all, or the deadline has passed or the system has refused.
  [[nodiscard]] std::size_t write(std::string_view bytes, Deadline deadline);
  // Why the last write() was cut short.
  [[nodiscard]] std::string last_error() const;

 private:
  FdWriter(int fd, bool owned) noexcept;
  [[nodiscard]] std::size_t write_some(std::string_view bytes, Deadline deadline);
  [[nodiscard]] bool cut_back(std::size_t bytes);

  int fd_ = -1;
  bool owned_ = false;
  bool regular_ = false;
  int error_ = 0;  // errno; 0: the deadline
};

}  // namespace nanospan::sinks

// ByteStream: a file or a pipe through a window that grows as far as somebody looks ahead.
//
// Why not std::istream: parsers want a contiguous piece and room behind it, not characters.
// Threads: none. Memory: the window, twice as large as the furthest look at most.
// Errors: open() says why; a read that fails ends the stream, and failure() says why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "nanospan/status.h"

namespace nanospan::tools::readers {

class ByteStream {
 public:
  // Behind what ahead() returns, so many bytes are allocated: whoever reads in blocks may read
  // them.
  static constexpr std::size_t kPadding = 64;

  // "-": standard input.
  [[nodiscard]] static Result<ByteStream> open(const std::string& path);
  // What is in memory; it is not copied but piece by piece.
  [[nodiscard]] static ByteStream of_text(std::string_view text);
  ByteStream(ByteStream&& other) noexcept;
  ByteStream& operator=(ByteStream&&) = delete;
  ~ByteStream();

  // All that is buffered; `bytes` at least, unless the stream ends before. Until the next call.
  [[nodiscard]] std::string_view ahead(std::size_t bytes);
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }

  [[nodiscard]] std::uint64_t offset() const noexcept { return read_ - (end_ - begin_); }
  // Of a file; 0: unknown.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  // "": none.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

 private:
  ByteStream() = default;
  void make_room(std::size_t bytes);
  std::size_t read_some(char* to, std::size_t bytes_max);

  int fd_ = -1;
  std::string_view text_;  // instead of fd_
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0, end_ = 0;  // of what is buffered and not consumed
  std::uint64_t read_ = 0;
  std::uint64_t size_ = 0;
  bool at_end_ = false;
  std::string failure_;
};

}  // namespace nanospan::tools::readers

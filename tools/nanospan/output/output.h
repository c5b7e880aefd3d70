// Output: spans as OTLP to a file or standard output.
//
// A file appears under its name when it is whole: it is written beside it and renamed, so that a
// failure leaves what was there before, and so does Ctrl-C.
// Threads: none. Errors: take() false; commit() says why.
#pragma once

#include <cstdio>
#include <optional>
#include <string>

#include "input/reading.h"
#include "nanospan/status.h"
#include "output/part_file.h"
#include "wire/otlp_encoder.h"

namespace nanospan::tools {

enum class OutputFormat { kJsonLines, kProtobuf };

// By its ending: length-delimited protobuf, not JSON Lines.
[[nodiscard]] bool is_protobuf_name(const std::string& path);

class OtlpOutput final : public SpanSink {
 public:
  explicit OtlpOutput(OutputFormat format) : format_(format) {}
  ~OtlpOutput() override;

  // "": standard output. A regular file that is there is refused unless `force`.
  Status open(const std::string& path, bool force);
  // The same, for who reads along: the file has its name at once, and each piece is there when
  // take() returns.
  Status open_growing(const std::string& path, bool force);
  [[nodiscard]] bool take(const SpanBatch& batch) override;
  [[nodiscard]] bool take(const OtlpPiece& piece) override;
  Status commit();
  // Whoever read it has seen enough (`| head`): that alone made commit() fail.
  [[nodiscard]] bool reader_is_gone() const noexcept;

 private:
  Status open_file(const std::string& target, int flags);
  bool write(std::string_view bytes);
  bool flush();
  bool write_piece(std::string_view encoded);
  Status failure(const char* verb) const;

  const OutputFormat format_;
  std::string path_;              // "": standard output
  std::optional<PartFile> part_;  // none: written in place
  std::FILE* file_ = nullptr;
  bool is_growing_ = false;
  int error_ = 0;
  wire::OtlpEncoder protobuf_;
  wire::OtlpJsonEncoder json_;
};

}  // namespace nanospan::tools

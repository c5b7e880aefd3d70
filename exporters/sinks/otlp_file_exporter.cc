#include "nanospan/exporters/otlp_file_exporter.h"

#include <algorithm>
#include <utility>

#include "sinks/fd_writer.h"
#include "wire/otlp_encoder.h"

namespace nanospan {
namespace {

void append_varint(std::string& out, std::size_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

class OtlpFileExporter final : public Exporter {
 public:
  OtlpFileExporter(sinks::FdWriter writer, OtlpFileOptions options)
      : writer_(std::move(writer)), options_(std::move(options)) {}

  ExportResult export_batch(const SpanBatch& batch, Deadline deadline) override {
    if (batch.empty()) return ExportResult::kSuccess;
    const std::size_t before = pending_.size();
    append(batch);
    if (pending_.size() < options_.buffer_bytes_max) return ExportResult::kSuccess;
    const std::size_t written = write_pending(deadline);
    if (pending_.empty() || written > before) return ExportResult::kSuccess;
    // Earlier batches were taken: they wait for the next attempt. This one is refused.
    pending_.resize(before - written);
    return ExportResult::kFailure;
  }

  bool flush(Deadline deadline) override {
    write_pending(deadline);
    return pending_.empty();
  }
  void shutdown(Deadline deadline) override { write_pending(deadline); }

  std::string last_error() const override { return writer_.last_error(); }
  std::string describe() const override {
    const bool json = options_.format == OtlpFileFormat::kJsonLines;
    const std::string where =
        options_.path.empty() ? "descriptor " + std::to_string(options_.fd) : options_.path;
    return std::string(json ? "OTLP file " : "OTLP protobuf file ") + where;
  }

 private:
  void append(const SpanBatch& batch) {
    if (options_.format == OtlpFileFormat::kJsonLines) {
      pending_.append(json_.encode(batch));
      pending_.push_back('\n');
      return;
    }
    const std::string_view bytes = protobuf_.encode(batch);
    append_varint(pending_, bytes.size());
    pending_.append(bytes);
  }

  std::size_t write_pending(Deadline deadline) {
    const std::size_t written = writer_.write(pending_, deadline);
    pending_.erase(0, written);
    return written;
  }

  sinks::FdWriter writer_;
  const OtlpFileOptions options_;
  wire::OtlpEncoder protobuf_;
  wire::OtlpJsonEncoder json_;
  std::string pending_;  // whole lines, or the rest of one that a pipe took in part
};

}  // namespace

Result<std::unique_ptr<Exporter>> make_otlp_file_exporter(OtlpFileOptions options) {
  if (options.path.empty() && options.fd < 0) {
    return Status::failure("the OTLP file exporter needs a path or an open descriptor");
  }
  if (options.path.empty()) {
    sinks::FdWriter writer(options.fd);
    return {std::make_unique<OtlpFileExporter>(std::move(writer), std::move(options))};
  }
  Result<sinks::FdWriter> writer = sinks::FdWriter::open(options.path);
  if (!writer) return writer.status();
  return {std::make_unique<OtlpFileExporter>(std::move(*writer), std::move(options))};
}

std::string default_otlp_file_name(std::string_view service_name, long pid) {
  constexpr std::size_t kNameBytesMax = 200;
  std::string name(service_name.substr(0, kNameBytesMax));
  const auto forbidden = [](char c) {
    return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  };
  std::replace_if(name.begin(), name.end(), forbidden, '_');
  if (!name.empty() && name.front() == '.') name.front() = '_';
  return name + '-' + std::to_string(pid) + ".jsonl";
}

}  // namespace nanospan

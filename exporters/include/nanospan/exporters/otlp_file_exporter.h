// The OTLP file exporter: batches to a file that OpenTelemetry tools read.
//
// Source: OpenTelemetry protocol/file-exporter.md (JSON Lines: one TracesData a line, ".jsonl").
// A span ends 1 ns behind its start at least, also where the machine's counter stood still.
// Errors: a file that cannot be opened is a Status; a batch that cannot be written whole (disk
// full, deadline passed, reader gone) fails and is counted by the drain. In a regular file what was
// written of it is cut off again, so that the file ends with a whole line.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "nanospan/detail/compiler.h"
#include "nanospan/exporter.h"
#include "nanospan/status.h"

namespace nanospan {

enum class OtlpFileFormat : std::uint8_t {
  kJsonLines,                // OTLP/JSON, one TracesData a line
  kLengthDelimitedProtobuf,  // a varint length, then TracesData, and so on
};

struct OtlpFileOptions {
  // Appended to, made with mode 0600 if it does not exist. Empty: `fd`.
  std::string path;
  // An open descriptor, which stays the caller's: 1 is standard output.
  int fd = -1;
  OtlpFileFormat format = OtlpFileFormat::kJsonLines;
  // Batches are collected up to this and written together, by flush() and shutdown() at the latest.
  // What is collected does not survive a crash, so by default each batch is written at once.
  std::size_t buffer_bytes_max = 0;
};

[[nodiscard]] NANOSPAN_EXPORT Result<std::unique_ptr<Exporter>> make_otlp_file_exporter(
    OtlpFileOptions options);

// "<service.name>-<pid>.jsonl"; what cannot stand in a file's name becomes '_'.
[[nodiscard]] NANOSPAN_EXPORT std::string default_otlp_file_name(std::string_view service_name,
                                                                 long pid);

}  // namespace nanospan

#include "input/input.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/parse.h"
#include "format/region_layout.h"
#include "readers/protobuf_pieces.h"
#include "recovery/liveness.h"
#include "region/directory.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

namespace fs = std::filesystem;
constexpr const char* kCopySuffix = ".region";  // of a crash handler's copies

InputList refuse(ExitCode code, std::string sentence) {
  InputList list;
  list.code = code;
  list.error = std::move(sentence);
  return list;
}

struct Found {
  Input input;
  bool alive = false;
  fs::file_time_type changed;
};

// Files of `directory` whose names begin and end so, live regions first, then the newest.
std::vector<Input> list_files(const std::string& directory, std::string_view prefix,
                              std::string_view suffix, InputKind kind) {
  std::vector<Found> found;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
    std::error_code ignored;
    if (!at->is_regular_file(ignored)) continue;
    const bool alive = kind == InputKind::kRegion &&
                       recovery::liveness_of(at->path().string()) == recovery::Liveness::kAlive;
    found.push_back({{kind, at->path().string(), true}, alive, at->last_write_time(ignored)});
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    if (a.alive != b.alive) return a.alive;
    return a.changed != b.changed ? a.changed > b.changed : a.input.path < b.input.path;
  });
  std::vector<Input> inputs;
  inputs.reserve(found.size());
  for (Found& one : found) inputs.push_back(std::move(one.input));
  return inputs;
}

InputList inputs_of_pid(const std::string& pid) {
  const std::string directory = region::directory_of("");
  InputList list;
  list.inputs = list_files(directory, pid + "-", region::kFileSuffix, InputKind::kRegion);
  if (list.inputs.empty())
    return refuse(kNothingFound, "No region of process " + pid + " is in " + directory +
                                     "; nanospan inspect lists what is there, and NANOSPAN_DIR "
                                     "names another directory.");
  list.inputs.resize(1);  // pids are used again: the live one, else the newest
  return list;
}

InputList inputs_of_directory(const std::string& directory) {
  InputList list;
  list.inputs = list_files(directory, "", region::kFileSuffix, InputKind::kRegion);
  for (Input& file : list_files(directory, "", kCopySuffix, InputKind::kRegion))
    list.inputs.push_back(std::move(file));
  for (Input& file : list_files(directory, "", ".jsonl", InputKind::kJson))
    list.inputs.push_back(std::move(file));
  if (list.inputs.empty())
    return refuse(kNothingFound,
                  "There is no region (*.nspan, *.region) and no OTLP file (*.jsonl) in " +
                      printable(directory) + "; name another directory.");
  return list;
}

// "": it is not compressed.
const char* unpacker_of(std::string_view first_bytes) {
  if (first_bytes.starts_with("\x1f\x8b\x08")) return "zcat";
  return first_bytes.starts_with("\x28\xb5\x2f\xfd") ? "zstdcat" : "";
}

InputList inputs_of(const std::string& argument) {
  InputList list;
  if (argument == "-") {
    list.inputs.push_back({InputKind::kJson, "-", false});
    return list;
  }
  std::error_code error;
  if (!fs::exists(argument, error)) {
    if (base::parse_unsigned(argument)) return inputs_of_pid(argument);
    return refuse(kUnreadable, printable(argument) +
                                   " is not there; give a process id, a directory, a file, or - "
                                   "for standard input.");
  }
  if (fs::is_directory(argument, error)) return inputs_of_directory(argument);
  // Opening a FIFO waits for its writer, and a device may have no end.
  if (!fs::is_regular_file(argument, error))
    return refuse(kUnreadable, printable(argument) +
                                   " is neither a file nor a directory; give what it holds on "
                                   "standard input, as -.");
  std::ifstream file(argument, std::ios::binary);
  std::string first(kFirstBytes, '\0');
  file.read(first.data(), static_cast<std::streamsize>(first.size()));
  if (file.bad() || !file.is_open())
    return refuse(kUnreadable, printable(argument) + " can't be read (" + std::strerror(errno) +
                                   "); look at its permissions.");
  first.resize(static_cast<std::size_t>(file.gcount()));
  if (const char* const unpacker = unpacker_of(first); *unpacker != '\0')
    return refuse(kUnreadable, printable(argument) +
                                   " is compressed; unpack it into standard input: " + unpacker +
                                   " FILE | nanospan ... -");
  list.inputs.push_back({kind_of(argument, first), argument, false});
  return list;
}

std::string_view skip_blanks(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

// '{' is also the length 123 of a protobuf message, and the next byte of that is a line feed.
bool begins_json(std::string_view first_bytes) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (first_bytes.starts_with(kByteOrderMark)) first_bytes.remove_prefix(kByteOrderMark.size());
  std::string_view text = skip_blanks(first_bytes);
  while (text.starts_with('[')) text = skip_blanks(text.substr(1));
  if (!text.starts_with('{')) return text.empty() || text[0] == ']';
  const std::string_view inside = skip_blanks(text.substr(1));
  return inside.empty() || inside[0] == '"' || inside[0] == '}';
}

}  // namespace

InputKind kind_of(const std::string& path, std::string_view first_bytes) {
  std::uint64_t magic = 0;
  if (first_bytes.size() >= sizeof(magic)) std::memcpy(&magic, first_bytes.data(), sizeof(magic));
  const bool is_region_name = path.ends_with(region::kFileSuffix);
  if (magic == format::kMagic || (first_bytes.empty() && is_region_name)) return InputKind::kRegion;
  if (begins_json(first_bytes)) return InputKind::kJson;
  if (readers::looks_like_protobuf(first_bytes)) return InputKind::kProtobuf;
  if (is_region_name) return InputKind::kRegion;  // a damaged one
  const auto is_text = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\r' || c == '\t';
  };
  // Anything that reads as text is reported as bad lines, with their numbers.
  return std::all_of(first_bytes.begin(), first_bytes.end(), is_text) ? InputKind::kJson
                                                                      : InputKind::kProtobuf;
}

InputList find_inputs(const std::vector<std::string>& arguments) {
  InputList all;
  for (const std::string& argument : arguments) {
    InputList some = inputs_of(argument);
    if (some.code != kOk) return some;
    for (Input& input : some.inputs) {
      const bool known = std::any_of(all.inputs.begin(), all.inputs.end(),
                                     [&](const Input& other) { return other.path == input.path; });
      if (!known) all.inputs.push_back(std::move(input));
    }
  }
  return all;
}

InputList find_regions() {
  const std::string directory = region::directory_of("");
  InputList list;
  list.inputs = list_files(directory, "", region::kFileSuffix, InputKind::kRegion);
  if (list.inputs.empty())
    return refuse(kNothingFound,
                  "No region is in " + directory +
                      "; start a program that records, or set NANOSPAN_DIR to where one does.");
  return list;
}

}  // namespace nanospan::tools

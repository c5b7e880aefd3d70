#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "config/resource.h"

namespace nanospan::config {
namespace {

constexpr std::size_t kFileBytesMax = 4096;

// The beginning of a small file, "" if it can't be read.
std::string read_beginning(const char* path) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return {};
  std::string text(kFileBytesMax, '\0');
  const ssize_t bytes = ::read(file, text.data(), text.size());
  ::close(file);
  text.resize(bytes < 0 ? 0 : static_cast<std::size_t>(bytes));
  return text;
}

std::string executable_path() {
  // Linux says so of a program whose file was replaced while it runs.
  constexpr std::string_view kDeleted = " (deleted)";
  std::string path(PATH_MAX, '\0');
  const ssize_t bytes = ::readlink("/proc/self/exe", path.data(), path.size());
  path.resize(bytes < 0 ? 0 : static_cast<std::size_t>(bytes));
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  return path;
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

// argv[0] alone.
std::string command() {
  std::string line = read_beginning("/proc/self/cmdline");
  line.resize(std::min(line.size(), line.find('\0')));
  return line;
}

// Values of the semantic conventions; a machine that they do not name keeps its own name.
std::string_view architecture(std::string_view machine) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"x86_64", "amd64"}, {"aarch64", "arm64"}, {"armv7l", "arm32"}, {"armv6l", "arm32"},
      {"i386", "x86"},     {"i686", "x86"},      {"ppc64le", "ppc64"}};
  for (const auto& [kernel, convention] : kNames) {
    if (machine == kernel) return convention;
  }
  return machine;
}

// "" where the system was installed and not yet started.
std::string machine_id() {
  std::string id = read_beginning("/etc/machine-id");
  while (!id.empty() && (id.back() == '\n' || id.back() == ' ')) id.pop_back();
  return id == "uninitialized" ? std::string() : id;
}

void add_text(Resource& resource, std::string_view key, std::string_view value) {
  if (!value.empty()) resource.attributes.push_back(text_attribute(key, value));
}

void add_process(Resource& resource, std::string_view executable) {
  resource.attributes.push_back(number_attribute("process.pid", ::getpid()));
  add_text(resource, "process.executable.name", base_name(executable));
  add_text(resource, "process.executable.path", executable);
  add_text(resource, "process.command", command());
}

void add_host(Resource& resource) {
  utsname system{};
  if (::uname(&system) == 0) {
    add_text(resource, "host.name", system.nodename);
    add_text(resource, "host.arch", architecture(system.machine));
  }
  add_text(resource, "host.id", machine_id());
  add_text(resource, "os.type", "linux");
}

}  // namespace

Resource detect_resource() {
  Resource resource;
  const std::string executable = executable_path();
  std::string service = "unknown_service";
  if (!executable.empty()) service.append(1, ':').append(base_name(executable));
  add_text(resource, "service.name", service);
  add_text(resource, "telemetry.sdk.name", "nanospan");
  add_text(resource, "telemetry.sdk.language", "cpp");
  add_text(resource, "telemetry.sdk.version", NANOSPAN_VERSION);
  add_process(resource, executable);
  add_host(resource);
  return resource;
}

}  // namespace nanospan::config

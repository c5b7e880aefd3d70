#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <string>

#include "base/read_file.h"
#include "config/resource.h"

namespace nanospan::config {
namespace {

// Of a path, and of the files that are read here.
using Buffer = std::array<char, PATH_MAX>;

std::string_view filled(const Buffer& buffer, ssize_t bytes) {
  return {buffer.data(), bytes < 0 ? 0 : static_cast<std::size_t>(bytes)};
}

std::string_view executable_path(Buffer& into) {
  // Linux says so of a program whose file was replaced while it runs.
  constexpr std::string_view kDeleted = " (deleted)";
  std::string_view path = filled(into, ::readlink("/proc/self/exe", into.data(), into.size()));
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  return path;
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

// argv[0] alone.
std::string_view command(Buffer& into) {
  const std::string_view line = base::read_beginning("/proc/self/cmdline", into);
  return line.substr(0, line.find('\0'));
}

// Values of the semantic conventions; a machine that they do not name keeps its own name.
std::string_view architecture(std::string_view machine) {
  // Arrays, because each pointer of a table is a relocation.
  static constexpr struct {
    char kernel[8], convention[6];
  } kNames[] = {{"x86_64", "amd64"}, {"aarch64", "arm64"}, {"armv7l", "arm32"}, {"armv6l", "arm32"},
                {"i386", "x86"},     {"i686", "x86"},      {"ppc64le", "ppc64"}};
  for (const auto& name : kNames) {
    if (machine == name.kernel) return name.convention;
  }
  return machine;
}

// "" where the system was installed and not yet started.
std::string_view machine_id(Buffer& into) {
  std::string_view id = base::read_beginning("/etc/machine-id", into);
  while (!id.empty() && (id.back() == '\n' || id.back() == ' ')) id.remove_suffix(1);
  return id == "uninitialized" ? std::string_view() : id;
}

void add_text(Resource& resource, std::string_view key, std::string_view value) {
  if (!value.empty()) set_text(resource.attributes, key, value);
}

void add_process(Resource& resource, std::string_view executable) {
  set_number(resource.attributes, "process.pid", ::getpid());
  add_text(resource, "process.executable.name", base_name(executable));
  add_text(resource, "process.executable.path", executable);
  Buffer buffer;
  add_text(resource, "process.command", command(buffer));
}

void add_host(Resource& resource) {
  utsname system{};
  if (::uname(&system) == 0) {
    add_text(resource, "host.name", system.nodename);
    add_text(resource, "host.arch", architecture(system.machine));
  }
  Buffer buffer;
  add_text(resource, "host.id", machine_id(buffer));
  add_text(resource, "os.type", "linux");
}

}  // namespace

Resource detect_resource() {
  Resource resource;
  Buffer buffer;
  const std::string_view executable = executable_path(buffer);
  const std::string_view name = base_name(executable);
  std::string service = "unknown_service";
  if (!name.empty()) service.append(":").append(name);
  add_text(resource, "service.name", service);
  add_text(resource, "telemetry.sdk.name", "nanospan");
  add_text(resource, "telemetry.sdk.language", "cpp");
  add_text(resource, "telemetry.sdk.version", NANOSPAN_VERSION);
  add_process(resource, executable);
  add_host(resource);
  return resource;
}

}  // namespace nanospan::config

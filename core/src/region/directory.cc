#include "region/directory.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "base/sentence.h"

namespace nanospan::region {

namespace {

// "link/" would name what the link points at.
std::string without_last_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

std::string directory_of(const std::string& configured) {
  if (!configured.empty()) return without_last_slash(configured);
  if (const char* from_environment = std::getenv("NANOSPAN_DIR");
      from_environment != nullptr && *from_environment != '\0')
    return without_last_slash(from_environment);
  return base::sentence("/dev/shm/nanospan-%u", geteuid());
}

Status prepare_directory(const std::string& path) {
  const auto failure = [&path](const char* what_and_advice) {
    const char* const name = path.c_str();
    return base::failure("The region directory %s %s", name, what_and_advice);
  };
  const auto failure_of_system = [&path](const char* what, const char* advice) {
    return base::failure("The region directory %s can't be %s (%s); %s", path.c_str(), what,
                         std::strerror(errno), advice);
  };
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return failure_of_system("made", "set NANOSPAN_DIR to a directory that this user may write.");
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0)
    return failure_of_system("read", "set NANOSPAN_DIR to another.");
  if (S_ISLNK(info.st_mode))
    return failure(
        "is a symbolic link, which another user may have planted; remove it or set NANOSPAN_DIR to "
        "the directory itself.");
  if (!S_ISDIR(info.st_mode))
    return failure("is not a directory; remove it or set NANOSPAN_DIR to another.");
  if (info.st_uid != geteuid() || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return failure(
        "is writable by others; run chmod 0700 on it as its owner, or set NANOSPAN_DIR to a "
        "private "
        "one.");
  return {};
}

std::string new_file_path(const std::string& directory) {
  std::uint64_t random = 0;
  if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random)) {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    random = static_cast<std::uint64_t>(now.tv_nsec) * 0x9e3779b97f4a7c15u;
  }
  return base::sentence("%s/%d-%016" PRIx64 "%s", directory.c_str(), getpid(), random, kFileSuffix);
}

}  // namespace nanospan::region

#include "output/part_file.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>

namespace nanospan::tools {
namespace {

// What the handler removes: a signal may come at any moment, a std::string is whole at some only.
char to_remove[PATH_MAX];

void remove_and_die(int signal) {
  unlink(to_remove);
  raise(signal);  // on return from here, by the default action, which SA_RESETHAND has set
}

}  // namespace

PartFile::PartFile(const std::string& path)
    : path_(path + "." + std::to_string(getpid()) + ".part") {
  std::snprintf(to_remove, sizeof(to_remove), "%s", path_.c_str());
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler == SIG_IGN) continue;
    struct sigaction action {};
    action.sa_handler = remove_and_die;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(kSignals[i], &action, nullptr);
  }
}

PartFile::~PartFile() {
  if (is_there_) unlink(path_.c_str());
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
}

bool PartFile::give_name(const std::string& name) {
  if (std::rename(path_.c_str(), name.c_str()) != 0) return false;
  is_there_ = false;
  return true;
}

}  // namespace nanospan::tools

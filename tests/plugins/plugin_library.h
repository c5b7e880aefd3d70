// The instrumented plugin, loaded for as long as it lives.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "nanospan/nanospan.h"
#include "support/log_lines.h"

namespace nanospan::test {

class Plugin {
 public:
  explicit Plugin(const char* path) : handle_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
    record_ = reinterpret_cast<Record>(dlsym(handle_, "plugin_record"));
    start_ = reinterpret_cast<Start>(dlsym(handle_, "plugin_start"));
  }
  ~Plugin() { EXPECT_EQ(dlclose(handle_), 0); }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  // 7 spans.
  void record(int number, void (*back)() = nullptr) const { record_(number, back); }
  // One that outlives the plugin.
  void start(Span& span) const { start_(span); }

 private:
  using Record = void (*)(int number, void (*back)());
  using Start = void (*)(Span& span);
  void* handle_;
  Record record_;
  Start start_;
};

inline bool is_mapped(const std::string& path) {
  return file_text("/proc/self/maps").find(path) != std::string::npos;
}

}  // namespace nanospan::test

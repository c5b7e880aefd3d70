// A recorder with a region directory of its own, whose spans a test finds in memory.
//
//   Recording recording;
//   { NANOSPAN_SCOPE(span, "work"); }
//   EXPECT_EQ(recording.span("work").kind, SpanKind::kInternal);
//
// Threads: one Recording at a time in a process, as with recorders.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nanospan/exporters/memory_exporter.h"
#include "nanospan/nanospan.h"

namespace nanospan::test {

// A new directory that is gone with its owner; on a tmpfs, as regions are meant to be.
class PrivateDirectory {
 public:
  PrivateDirectory() {
    char made[] = "/dev/shm/nanospan-test-XXXXXX";
    if (mkdtemp(made) == nullptr) std::abort();
    path_ = made;
  }
  ~PrivateDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline void expect_balanced(const Accounting& sum) {
  EXPECT_EQ(sum.started, sum.in_flight + sum.sampled_out + sum.lost() + sum.committed)
      << "in_flight " << sum.in_flight << ", sampled_out " << sum.sampled_out << ", lost "
      << sum.lost() << ", committed " << sum.committed;
  EXPECT_EQ(sum.committed, sum.delivered + sum.refused + sum.unexported + sum.overwritten +
                               sum.damaged + sum.in_export + sum.in_ring)
      << "delivered " << sum.delivered << ", refused " << sum.refused << ", unexported "
      << sum.unexported << ", overwritten " << sum.overwritten << ", damaged " << sum.damaged
      << ", in_export " << sum.in_export << ", in_ring " << sum.in_ring;
}

class Recording {
 public:
  explicit Recording(RecorderOptions options = {})
      : recorder_(Recorder::start(filled(std::move(options)))) {
    EXPECT_TRUE(recorder_) << recorder_.error();
  }

  [[nodiscard]] Recorder& recorder() { return recorder_; }
  [[nodiscard]] SpanStore& store() { return *store_; }

  // All that has ended so far.
  [[nodiscard]] std::vector<SpanData> spans() {
    flush();
    return store_->spans();
  }
  [[nodiscard]] std::vector<SpanData> spans(std::string_view name) {
    flush();
    return store_->find_all(name);
  }
  // The only one of its name.
  [[nodiscard]] SpanData span(std::string_view name) {
    const std::vector<SpanData> found = spans(name);
    EXPECT_EQ(found.size(), 1u) << name;
    return found.empty() ? SpanData{} : found.front();
  }
  [[nodiscard]] Accounting accounting() {
    flush();
    return recorder_.accounting();
  }
  // Both equations, and that nothing waits on its way any more.
  Accounting expect_balanced_at_rest() {
    const Accounting sum = accounting();
    expect_balanced(sum);
    EXPECT_EQ(sum.in_ring, 0u);
    EXPECT_EQ(sum.in_export, 0u);
    return sum;
  }
  void flush() {
    const bool has_all_left = recorder_.flush(std::chrono::seconds(30));
    const Accounting sum = recorder_.accounting();
    EXPECT_TRUE(has_all_left) << "committed " << sum.committed << ", delivered " << sum.delivered
                              << ", overwritten " << sum.overwritten << ", in_ring " << sum.in_ring
                              << ", in_export " << sum.in_export;
  }

 private:
  RecorderOptions filled(RecorderOptions options) {
    if (options.region_directory.empty()) options.region_directory = directory_.path();
    if (options.exporters.empty()) options.exporters.push_back(make_memory_exporter(store_));
    return options;
  }

  PrivateDirectory directory_;
  std::shared_ptr<SpanStore> store_ = std::make_shared<SpanStore>();
  Recorder recorder_;
};

template <typename T, typename F>
std::string shown_list(const std::vector<T>& values, F&& show) {
  std::string text = "[";
  for (const T& value : values) text += (text.size() > 1 ? "," : "") + show(value);
  return text + "]";
}

inline std::string shown_real(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.17g", value);
  return text;
}

inline std::string shown(const OwnedAttribute& attribute) {
  const auto quoted = [](const std::string& text) { return '"' + text + '"'; };
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  const auto boolean = [](bool value) { return std::string(value ? "true" : "false"); };
  switch (attribute.type) {
    case ValueType::kEmpty:
      return "empty";
    case ValueType::kString:
      return quoted(attribute.text);
    case ValueType::kBool:
      return boolean(attribute.number != 0);
    case ValueType::kInt64:
      return number(attribute.number);
    case ValueType::kDouble:
      return shown_real(attribute.real) + "d";
    case ValueType::kBytes:
      return "bytes" + quoted(attribute.text);
    case ValueType::kBoolArray:
      return shown_list(attribute.bools, boolean);
    case ValueType::kInt64Array:
      return shown_list(attribute.numbers, number);
    case ValueType::kDoubleArray:
      return shown_list(attribute.reals, [](double real) { return shown_real(real) + "d"; });
    case ValueType::kStringArray:
      return shown_list(attribute.strings, quoted);
  }
  return "?";
}

// {{"a", 1}, {"b", "x"}} as `a=1 b="x"`.
inline std::string shown(const std::vector<OwnedAttribute>& attributes) {
  std::string text;
  for (const OwnedAttribute& attribute : attributes)
    text += (text.empty() ? "" : " ") + attribute.key + "=" + shown(attribute);
  return text;
}

}  // namespace nanospan::test

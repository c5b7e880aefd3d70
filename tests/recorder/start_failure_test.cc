// A start that fails half-way leaves nothing behind, and the next one works.
#include <gtest/gtest.h>

#include <filesystem>
#include <new>

#include "support/recording.h"
#include "support/without_threads.h"

namespace nanospan {
namespace {

using test::PrivateDirectory;
using test::Recording;
using test::WithoutThreads;

RecorderOptions in(const std::string& directory) {
  RecorderOptions options;
  options.region_directory = directory;
  options.exporters.push_back(make_memory_exporter(std::make_shared<SpanStore>()));
  return options;
}

void expect_nothing_left(const Recorder& recorder, const PrivateDirectory& directory) {
  EXPECT_FALSE(recorder);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  {
    NANOSPAN_SCOPE(span, "untraced");
    EXPECT_FALSE(span.is_recording());
  }
  Recording next;
  { NANOSPAN_SCOPE(span, "traced"); }
  EXPECT_EQ(next.spans().size(), 1u);
}

TEST(StartFailure, WithoutAThreadForTheDrain) {
  PrivateDirectory directory;
  const Recorder recorder = [&] {
    const WithoutThreads scarcity;
    return Recorder::start(in(directory.path()));
  }();
  EXPECT_NE(recorder.error().find("more threads"), std::string::npos) << recorder.error();
  expect_nothing_left(recorder, directory);
}

TEST(StartFailure, AnExporterThatThrowsWhenItIsAskedItsName) {
  class Nameless : public Exporter {
   public:
    explicit Nameless(bool throws_number) : throws_number_(throws_number) {}
    ExportResult export_batch(const SpanBatch& /*batch*/, Deadline /*deadline*/) override {
      return ExportResult::kSuccess;
    }
    std::string describe() const override {
      if (throws_number_) throw 42;
      throw std::bad_alloc();
    }

   private:
    const bool throws_number_;
  };
  for (const bool throws_number : {false, true}) {
    PrivateDirectory directory;
    RecorderOptions options = in(directory.path());
    options.exporters = {std::make_shared<Nameless>(throws_number)};
    const Recorder recorder = Recorder::start(std::move(options));
    const char* const why = throws_number ? "of an unknown type" : "bad_alloc";
    EXPECT_NE(recorder.error().find(why), std::string::npos) << recorder.error();
    expect_nothing_left(recorder, directory);
  }
}

}  // namespace
}  // namespace nanospan

#include "nanospan/dump.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>

#include "base/sentence.h"
#include "capture/runtime.h"
#include "decode/moment_reader.h"
#include "recorder/recorder_impl.h"
#include "recovery/region_clock.h"

namespace nanospan {
namespace {

constexpr auto kExportTimeout = std::chrono::seconds(30);

// A file that has its name once it is whole.
class PartFile {
 public:
  explicit PartFile(const std::string& path) : path_(path) {
    static std::atomic<unsigned> numbers{0};
    part_path_ = base::sentence("%s.%ld-%u.part", path.c_str(), static_cast<long>(getpid()),
                                numbers.fetch_add(1, std::memory_order_relaxed));
  }
  ~PartFile() {
    if (fd_ < 0) return;
    close(fd_);
    unlink(part_path_.c_str());
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  [[nodiscard]] int fd() const noexcept { return fd_; }

  Status open() {
    struct stat there {};
    if (lstat(path_.c_str(), &there) == 0 && !S_ISREG(there.st_mode))
      return failure("it is there and is no regular file");
    // What somebody else may have put there is not followed.
    fd_ = ::open(part_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return fd_ >= 0 ? Status() : failure(std::strerror(errno));
  }
  Status commit() {
    if (std::rename(part_path_.c_str(), path_.c_str()) != 0) return failure(std::strerror(errno));
    close(fd_);
    fd_ = -1;
    return {};
  }

 private:
  [[nodiscard]] Status failure(const char* why) const {
    return base::failure(
        "The dump %s can't be written (%s); name a file in a directory that is "
        "there, may be written and has room.",
        path_.c_str(), why);
  }

  const std::string path_;
  std::string part_path_;
  int fd_ = -1;
};

Status no_recorder() {
  return Status::failure(
      "There is nothing to dump: no recorder runs in this process; start one, and dump before it "
      "is stopped.");
}

Status no_writer() {
  return Status::failure(
      "No file can be dumped to, since nobody writes OTLP files here; link nanospan::nanospan, or "
      "dump to an exporter of your own.");
}

// What is missing in memory or in an exporter that throws.
Status failure(const char* what) noexcept {
  try {
    return base::failure(
        "The dump failed (%s); an exporter must not throw, and the process needs memory.", what);
  } catch (const std::exception&) {
    return Status::failure("No memory.");  // so short that the text needs none
  }
}
constexpr const char* kUnknown = "an exception of an unknown type";

DumpReport report_of(const decode::MomentStats& stats) {
  DumpReport report;
  report.spans = stats.spans;
  report.unfinished = stats.unfinished;
  report.overwritten = stats.overwritten_before + stats.overwritten;
  report.damaged = stats.damaged;
  report.whole = std::chrono::nanoseconds(stats.moment_unix_ns - stats.whole_since_unix_ns);
  return report;
}

Deadline after(std::chrono::seconds timeout) {
  return std::chrono::steady_clock::now() + timeout;
}

Status refused(Exporter& by, const std::string& where) {
  const std::string why = by.last_error();
  return base::failure("The dump %s can't be written (%s); give it somewhere with room.",
                       where.c_str(), why.empty() ? "the exporter refused a batch" : why.c_str());
}

// The recorder may be stopped meanwhile: what was read is written, and no exporter keeps it
// waiting.
Result<DumpReport> dump_to(Exporter& to, const std::string& where, std::chrono::nanoseconds last) {
  capture::Runtime* const runtime = capture::current();
  if (runtime == nullptr) return no_recorder();
  std::optional<decode::RegionReader> reader;
  std::optional<decode::MomentReader> moment;
  decode::MomentReader::Held held;
  const auto is_taken = [&](const std::unique_ptr<BatchBuilder>& batch) {
    return to.export_batch(batch->batch(), after(kExportTimeout)) == ExportResult::kSuccess;
  };
  for (bool more = true; more;) {
    {
      const capture::ReadMark mark(*runtime);
      if (!mark.took()) return no_recorder();
      if (!moment) {
        reader.emplace(runtime->region->view());
        reader->set_clock(recovery::clock_of(reader->view()));
        moment.emplace(*reader, last);
      }
      more = moment->hold(held);
    }
    if (!std::all_of(held.begin(), held.end(), is_taken)) return refused(to, where);
  }
  if (!to.flush(after(kExportTimeout))) return refused(to, where);
  return report_of(moment->stats());
}

}  // namespace

Result<DumpReport> dump(Exporter& to, std::chrono::nanoseconds last) {
  try {
    return dump_to(to, "to " + to.describe(), last);
  } catch (const std::exception& error) {
    return failure(error.what());
  } catch (...) {
    return failure(kUnknown);
  }
}

Result<DumpReport> dump(const std::string& path, std::chrono::nanoseconds last) {
  try {
    if (capture::current() == nullptr) return no_recorder();
    const ExporterFactory factory = find_exporter_factory();
    if (factory == nullptr) return no_writer();
    PartFile file(path);
    if (Status opened = file.open(); !opened) return opened;
    const auto exporter = factory({"otlp/file", {}, file.fd()});
    if (!exporter) return exporter.status();
    if (*exporter == nullptr) return no_writer();
    Result<DumpReport> dumped = dump_to(**exporter, path, last);
    if (!dumped) return dumped;
    if (Status whole = file.commit(); !whole) return whole;
    return dumped;
  } catch (const std::exception& error) {
    return failure(error.what());
  } catch (...) {
    return failure(kUnknown);
  }
}

}  // namespace nanospan

#include <poll.h>
#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <deque>
#include <thread>

#include "harness/clock.h"
#include "harness/machine.h"
#include "service/load/http_client.h"
#include "service/load/load.h"

namespace nanospan::bench {
namespace {

class PacedRun {
 public:
  PacedRun(int port, const std::string& path) : request_(http_get(path)) {
    for (unsigned i = 0; i < kConnections; ++i) lines_.emplace_back(port);
  }

  LoadResult run(const Window& window) {
    constexpr double kPeriodNs = 1e9 / 5'000;
    const LoadResult no_answer{.took_us = {}, .problem = "the service did not answer"};
    // Then paced, until what the lead-in recorded is drained.
    if (!ask(kLeadIn, 0) || !ask(kLeadInPaced, kPeriodNs)) return no_answer;
    window.begins();
    const double begin = monotonic_ns();
    if (!ask(static_cast<std::size_t>(window.seconds * 1e9 / kPeriodNs), kPeriodNs))
      return no_answer;
    const double seconds = (monotonic_ns() - begin) / 1e9;
    window.ends();
    return result(seconds);
  }

 private:
  static constexpr double kPatienceNs = 2e9;
  static constexpr std::size_t kLeadIn = 450, kLeadInPaced = 25;  // requests
  struct Line {
    explicit Line(int port) : connection(port) {}
    HttpConnection connection;
    bool is_busy = false;
    double due_ns = 0;
  };

  // So many requests, one due each `period_ns`; returns when all were answered. False: one was not.
  bool ask(std::size_t count, double period_ns) {
    took_us_.clear();
    took_us_.reserve(count);
    const double begin = monotonic_ns();
    for (std::size_t sent = 0; took_us_.size() < count;) {
      // All that is due by now and finds a free connection; the rest waits, and its time runs.
      while (sent < count && begin + period_ns * static_cast<double>(sent) <= monotonic_ns() &&
             send_one(begin + period_ns * static_cast<double>(sent)))
        ++sent;
      const bool has_more = sent < count && has_free_line();
      if (!receive(has_more ? begin + period_ns * static_cast<double>(sent)
                            : monotonic_ns() + kPatienceNs))
        return false;
    }
    return true;
  }

  [[nodiscard]] bool has_free_line() const {
    return std::any_of(lines_.begin(), lines_.end(), [](const Line& l) { return !l.is_busy; });
  }

  bool send_one(double due_ns) {
    for (Line& line : lines_) {
      if (line.is_busy || !line.connection.is_open()) continue;
      line.is_busy = true;
      line.due_ns = due_ns;
      line.connection.send(request_);
      return true;
    }
    return false;
  }

  // Until an answer comes or it is `until_ns`. False: a connection broke, or one that was waited
  // for alone did not come in time.
  bool receive(double until_ns) {
    std::vector<pollfd> polled;
    for (const Line& line : lines_)
      polled.push_back({line.is_busy ? line.connection.fd() : -1, POLLIN, 0});
    const double wait_ns = std::max(0.0, until_ns - monotonic_ns());
    const timespec wait{static_cast<time_t>(wait_ns / 1e9),
                        static_cast<long>(wait_ns) % 1'000'000'000};
    const int ready = ppoll(polled.data(), polled.size(), &wait, nullptr);
    for (std::size_t i = 0; i < polled.size(); ++i) {
      Line& line = lines_[i];
      if (polled[i].revents != 0 && line.connection.receive()) {
        took_us_.push_back((monotonic_ns() - line.due_ns) / 1e3);
        line.is_busy = false;
      }
      if (!line.connection.is_open()) return false;
    }
    return ready > 0 || wait_ns < kPatienceNs / 2;
  }

  LoadResult result(double seconds) {
    std::sort(took_us_.begin(), took_us_.end());
    const auto at = [this](double part) {
      return took_us_[static_cast<std::size_t>(part * static_cast<double>(took_us_.size() - 1))];
    };
    return {.per_second = static_cast<double>(took_us_.size()) / seconds,
            .p50_us = at(0.5),
            .p99_us = at(0.99),
            .p999_us = at(0.999),
            .took_us = std::move(took_us_),
            .problem = {}};
  }

  const std::string request_;
  std::deque<Line> lines_;
  std::vector<double> took_us_;
};

}  // namespace

LoadResult run_paced(int port, const std::string& path, const Window& window) {
  LoadResult result;
  std::thread([&] {
    pin_this_thread(drain_cpu());
    prctl(PR_SET_TIMERSLACK, 1);  // ns; 50 µs by default
    result = PacedRun(port, path).run(window);
  }).join();
  return result;
}

}  // namespace nanospan::bench

#include "service/program/work.h"

namespace nanospan::bench {
namespace {

constexpr std::uint64_t kTasks = 20'000;

// Neighbours are far apart in the table, as the tasks of one user would be.
std::uint64_t id_of(std::uint64_t number) {
  return (number % kTasks) * 0x9E3779B97F4A7C15u;
}

}  // namespace

Tasks::Tasks() {
  for (std::uint64_t number = 0; number < kTasks; ++number)
    tasks_[id_of(number)] = {"water the plants of room " + std::to_string(number),
                             "user-" + std::to_string(number % 97),
                             static_cast<std::uint32_t>(number % 240)};
}

[[gnu::noinline]] void Tasks::append_json(std::uint64_t number, std::string& out) const {
  const std::uint64_t id = id_of(number);
  const Task& task = tasks_.at(id);
  out += R"({"id":)";
  out += std::to_string(id);
  out += R"(,"title":")";
  out += task.title;
  out += R"(","owner":")";
  out += task.owner;
  out += R"(","minutes":)";
  out += std::to_string(task.minutes);
  out += "},";
}

}  // namespace nanospan::bench

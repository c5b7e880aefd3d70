// Status: whether the environment let us do a thing, and if not, a sentence that says what to do.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace nanospan {

class [[nodiscard]] Status {
 public:
  Status() noexcept = default;  // ok
  // `sentence` names the thing, the cause, and what to do about it.
  static Status failure(std::string sentence) {
    Status status;
    status.error_ = std::move(sentence);
    return status;
  }

  [[nodiscard]] bool ok() const noexcept { return error_.empty(); }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  std::string error_;
};

// A value, or the sentence that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Status failure) : status_(std::move(failure)) {}

  [[nodiscard]] bool ok() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] const std::string& error() const noexcept { return status_.error(); }
  [[nodiscard]] const Status& status() const noexcept { return status_; }
  // Only when ok().
  T& operator*() noexcept { return *value_; }
  const T& operator*() const noexcept { return *value_; }
  T* operator->() noexcept { return &*value_; }
  const T* operator->() const noexcept { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace nanospan

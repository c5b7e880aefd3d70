// Constants: the attributes that the encoder adds to every span, of its callsite and its thread.
//
// A span that has an attribute of such a key by itself says it in place of the constant: keys are
// unique. Source: OpenTelemetry common/README.md "Attribute Collections".
// Threads: none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "nanospan/span_batch.h"
#include "wire/span_facts.h"

namespace nanospan::wire {

enum class Constant : std::uint8_t { kFunction, kFile, kLine, kThreadId, kThreadName, kUnfinished };
inline constexpr std::array<std::string_view, 6> kConstantKeys{
    "code.function.name", "code.file.path", "code.line.number",
    "thread.id",          "thread.name",    kUnfinishedKey};

class ConstantSet {
 public:
  // False: it is not the key of a constant. Nearly no key begins as they do.
  NANOSPAN_INLINE bool add(std::string_view key) noexcept {
    if (!key.starts_with("code.") && !key.starts_with("thread.") && !key.starts_with("nanospan."))
      return false;
    return add_found(key);
  }
  [[nodiscard]] bool has(Constant constant) const noexcept {
    return (bits_ >> static_cast<unsigned>(constant) & 1) != 0;
  }
  [[nodiscard]] bool empty() const noexcept { return bits_ == 0; }

 private:
  NANOSPAN_COLD bool add_found(std::string_view key) noexcept {
    for (std::size_t i = 0; i < kConstantKeys.size(); ++i) {
      if (key != kConstantKeys[i]) continue;
      bits_ |= 1u << i;
      return true;
    }
    return false;
  }

  unsigned bits_ = 0;
};

template <typename Format>
void write_constant(Format& format, Constant constant, std::string_view text) {
  if (text.empty()) return;
  const auto mark = format.begin_attribute(Owner::kSpan);
  format.string(kConstantKeys[static_cast<std::size_t>(constant)]);
  format.begin_value();
  format.text(text);
  format.end_attribute(mark);
}

template <typename Format>
void write_constant(Format& format, Constant constant, std::uint64_t number) {
  if (number == 0) return;
  const auto mark = format.begin_attribute(Owner::kSpan);
  format.string(kConstantKeys[static_cast<std::size_t>(constant)]);
  format.begin_value();
  format.integer(static_cast<std::int64_t>(number));
  format.end_attribute(mark);
}

// Without those of `said`.
template <typename Format>
void write_constants(Format& format, const CallsiteInfo& callsite, const ConstantSet& said) {
  if (!said.has(Constant::kFunction)) {
    write_constant(format, Constant::kFunction, callsite.function);
  }
  if (callsite.file.empty()) return;
  if (!said.has(Constant::kFile)) write_constant(format, Constant::kFile, callsite.file);
  if (!said.has(Constant::kLine)) {
    write_constant(format, Constant::kLine, std::uint64_t{callsite.line});
  }
}

template <typename Format>
void write_constants(Format& format, const ThreadInfo& thread, const ConstantSet& said) {
  if (!said.has(Constant::kThreadId)) write_constant(format, Constant::kThreadId, thread.id);
  if (!said.has(Constant::kThreadName)) write_constant(format, Constant::kThreadName, thread.name);
}

}  // namespace nanospan::wire

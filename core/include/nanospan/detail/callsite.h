// A callsite: the static description of a span in the source, and its switch.
//
// Threads: `state` is stored by the registry under its lock and loaded relaxed by anyone: it alone
// decides, and what it names was written to the region before it.
// Memory: static, constant-initialised; the registry holds a pointer until the module is unloaded.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "nanospan/detail/compiler.h"
#include "nanospan/span_types.h"

// Itanium C++ ABI 3.3.6: each module has one of its own.
// By a name of ours: g++ declares the ABI's itself, with C++'s linkage, where a static variable of
// an inline function before has a destructor, and refuses another declaration then.
extern "C" void* nanospan_dso_handle __asm__("__dso_handle") __attribute__((visibility("hidden")));

namespace nanospan {

// The instrumentation scope of a group of callsites. Source: OpenTelemetry trace/api.md "Get a
// Tracer".
struct InstrumentationScope {
  const char* name = "";
  const char* version = "";
};

// What the third argument of NANOSPAN_SCOPE may say; constant expressions all.
struct CallsiteOptions {
  SpanKind kind = SpanKind::kInternal;
  Level level = Level::kInfo;
  const char* target = "";
  InstrumentationScope scope = {};
};

namespace detail {

// Of what is inlined into a user's object files. One more, against the last release, whenever code
// compiled with the headers before would no longer fit: a member of LaneControl, OpenSlot, Slot,
// LaneCounters, Callsite, Key or Module moves or means something else, or an exported function that
// inlined code calls changes. An addition that old code may ignore is none. A module that brings
// another number is refused at its first registration, with a sentence.
inline constexpr std::uint32_t kInlineVersion = 1;

// Callsite::state: 0 unregistered, 1..2^24-1 a definition id: record, kCallsiteOff: do not.
inline constexpr std::uint32_t kCallsiteOff = 1u << 31;
inline constexpr std::uint32_t kDefinitionIdMax = (1u << 24) - 1;

struct NANOSPAN_HIDDEN Callsite {
  std::atomic<std::uint32_t> state{0};
  std::uint32_t line;
  const char* name;
  const char* file;
  const char* function;
  CallsiteOptions options;
  std::uint32_t id = 0;      // the registry's
  Callsite* next = nullptr;  // the registry's: of the same module

  constexpr Callsite(const char* name_, const char* file_, std::uint32_t line_,
                     const char* function_, CallsiteOptions options_ = {}) noexcept
      : line(line_), name(name_), file(file_), function(function_), options(options_) {}
};

// One a module (executable, shared library, plugin): takes its callsites back at dlclose.
struct NANOSPAN_HIDDEN Module {
  std::uint32_t inline_version;
  void* dso_handle;  // of the module: what __cxa_atexit knows it by
  Callsite* first = nullptr;
  Module* next = nullptr;
  Module** link = nullptr;    // what points at this one
  bool is_announced = false;  // the C++ runtime calls back when it is unloaded
  constexpr Module(std::uint32_t version, void* handle) noexcept
      : inline_version(version), dso_handle(handle) {}
};

NANOSPAN_EXPORT std::uint32_t register_callsite(Callsite& site, Module& module) noexcept;
NANOSPAN_EXPORT void unregister_module(Module& module) noexcept;
// Asks the C++ runtime to call back when the module is unloaded, or the process ends. Called when
// it is loaded (scope.h), since it may allocate and lock, and the first use of a callsite may be in
// a handler. Weak, so that who includes a header and records nothing needs no core.
NANOSPAN_EXPORT void announce_module(Module& module) noexcept __attribute__((weak));

// Hidden, so that each module has its own; constant-initialised and without a destructor, since a
// handler may come first here: a guarded static of a function would wait for itself.
NANOSPAN_HIDDEN inline constinit Module module_of_this_file{kInlineVersion, &nanospan_dso_handle};

NANOSPAN_HIDDEN inline Module& this_module() noexcept {
  return module_of_this_file;
}

// First use of a callsite. Returns its state; off, and the span counted as lost, in a handler that
// interrupted a recording call.
NANOSPAN_HIDDEN NANOSPAN_COLD inline std::uint32_t register_callsite(Callsite& site) noexcept {
  return register_callsite(site, this_module());
}

// 0: there is no room. kTextNotYet: asked in a handler that interrupted a recording call.
inline constexpr std::uint32_t kTextNotYet = ~0u;
NANOSPAN_EXPORT std::uint32_t intern_text(std::string_view text) noexcept;

}  // namespace detail

// A key of attributes, a name of events or a value that is the same text each time: interned at its
// first use, then a number. Make it a constant with static storage:
//   static constinit nanospan::Key kUserId{"user.id"};
// Threads: any. Limits: when the region's definitions are full, the text goes into each record.
class NANOSPAN_HIDDEN Key {
 public:
  explicit constexpr Key(std::string_view text) noexcept : text_(text) {}
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }
  // Definition id, 0 when it could not be interned.
  [[nodiscard]] NANOSPAN_INLINE std::uint32_t id() noexcept {
    const std::uint32_t id = id_.load(std::memory_order_relaxed);
    if (id == kUnset) [[unlikely]]
      return intern();
    return id;
  }
  static constexpr unsigned kHeaderShift = 8;
  // The definition id as an element's header has it (detail::element::kKey), so that the hot path
  // need not move it; 0: not interned yet, or never.
  [[nodiscard]] NANOSPAN_INLINE std::uint32_t in_header() const noexcept {
    return in_header_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint32_t kUnset = detail::kTextNotYet;
  NANOSPAN_COLD std::uint32_t intern() noexcept {
    const std::uint32_t id = detail::intern_text(text_);
    if (id == detail::kTextNotYet) return 0;
    id_.store(id, std::memory_order_relaxed);
    in_header_.store(id << kHeaderShift, std::memory_order_relaxed);
    return id;
  }

  std::string_view text_;
  std::atomic<std::uint32_t> id_{kUnset};
  std::atomic<std::uint32_t> in_header_{0};
};

}  // namespace nanospan

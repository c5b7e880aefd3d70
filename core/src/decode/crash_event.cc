#include "decode/crash_event.h"

#include <cxxabi.h>
#include <signal.h>

#include <cstdlib>
#include <memory>

#include "base/hex.h"
#include "base/sentence.h"
#include "base/utf8.h"
#include "base/words.h"
#include "nanospan/detail/payload.h"

namespace nanospan::decode {
namespace {

using detail::ElementType;

constexpr std::size_t kTextBytesMax = 4096;
constexpr std::size_t kStackBytesMax = 48u << 10;  // with all else, below an element's 64 KiB

// Arrays, because each pointer of a table is a relocation.
constexpr struct {
  std::uint8_t signal;
  char name[8];
} kSignals[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGILL, "SIGILL"},
                {SIGFPE, "SIGFPE"},   {SIGABRT, "SIGABRT"}, {SIGSYS, "SIGSYS"}};

// Source: sigaction(2), "The si_code field".
constexpr struct {
  std::uint8_t signal, code;
  char text[33];
} kCodes[] = {{SIGSEGV, SEGV_MAPERR, "address not mapped"},
              {SIGSEGV, SEGV_ACCERR, "access not permitted"},
              {SIGSEGV, SEGV_BNDERR, "outside of the bounds"},
              {SIGSEGV, SEGV_PKUERR, "denied by a protection key"},
              {SIGSEGV, SI_KERNEL, "address not canonical"},
              {SIGBUS, BUS_ADRALN, "address not aligned"},
              {SIGBUS, BUS_ADRERR, "nothing behind the address"},
              {SIGBUS, BUS_OBJERR, "hardware error"},
              {SIGBUS, BUS_MCEERR_AR, "memory error"},
              {SIGBUS, BUS_MCEERR_AO, "memory error, not needed now"},
              {SIGILL, ILL_ILLOPC, "illegal opcode"},
              {SIGILL, ILL_ILLOPN, "illegal operand"},
              {SIGILL, ILL_ILLADR, "illegal addressing mode"},
              {SIGILL, ILL_ILLTRP, "illegal trap"},
              {SIGILL, ILL_PRVOPC, "privileged opcode"},
              {SIGILL, ILL_PRVREG, "privileged register"},
              {SIGFPE, FPE_INTDIV, "integer divided by zero"},
              {SIGFPE, FPE_INTOVF, "integer overflow"},
              {SIGFPE, FPE_FLTDIV, "floating point divided by zero"},
              {SIGFPE, FPE_FLTOVF, "floating point overflow"},
              {SIGFPE, FPE_FLTUND, "floating point underflow"},
              {SIGFPE, FPE_FLTINV, "invalid floating point operation"},
              {SIGSYS, 1, "system call denied by seccomp"}};

// A name may say of a part that it stands there again (S_, T_), and be twice as long each time; or
// a pack within a pack (Dp), once for each element. 200 bytes of it can stand for gigabytes.
bool is_bounded(std::string_view untrusted_name) noexcept {
  constexpr int kRepeatsMax = 10;  // an exception's type hardly has three
  int repeats = 0;
  for (std::size_t at = 0; at < untrusted_name.size(); ++at) {
    if (untrusted_name[at] != 'S' && untrusted_name[at] != 'T') continue;
    const std::size_t end =
        untrusted_name.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", at + 1);
    repeats += end != std::string_view::npos && untrusted_name[end] == '_' ? 1 : 0;
  }
  return repeats <= kRepeatsMax && untrusted_name.find("Dp") == std::string_view::npos;
}

std::string demangled(const std::string& name) {
  if (!is_bounded(name)) return name;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), std::free);
  return status == 0 && text != nullptr ? text.get() : name;
}

const char* code_text(const CrashReport& report) noexcept {
  for (const auto& name : kCodes)
    if (name.signal == report.signal && name.code == report.code) return name.text;
  return nullptr;
}

void add_attribute(base::Words& words, std::string_view key, std::string_view value,
                   std::size_t bytes_max) {
  value = base::truncate_utf8(value, bytes_max);
  base::append(words, detail::element_header(ElementType::kString, 0, key.size(), value.size()));
  base::append_text(words, key);
  base::append_text(words, value);
}

}  // namespace

std::string crash_type(const CrashReport& report) {
  if (report.torn) return "crash";
  if (report.kind == format::CrashKind::kTerminate)
    return report.exception_type.empty() ? "std::terminate" : demangled(report.exception_type);
  for (const auto& name : kSignals)
    if (name.signal == report.signal) return name.name;
  return base::sentence("signal %d", report.signal);
}

std::string crash_message(const CrashReport& report) {
  if (report.torn) return "the process died while its crash handler was at work";
  if (report.kind == format::CrashKind::kTerminate)
    return !report.exception_type.empty() ? report.exception_message
                                          : "std::terminate was called without an exception";
  if (report.sender != 0)
    return base::sentence("sent by process %llu", static_cast<unsigned long long>(report.sender));
  const char* const text = code_text(report);
  return base::sentence("%s, at 0x%llx", text != nullptr ? text : "unknown cause",
                        static_cast<unsigned long long>(report.address));
}

std::string hex_text(std::string_view bytes) {
  std::string text(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    base::encode_hex_byte(static_cast<std::uint8_t>(bytes[i]), &text[2 * i]);
  return text;
}

std::string raw_frame(const CrashReport& report, std::size_t index) {
  const std::uint64_t address = report.frames[index];
  std::string out = base::sentence("#%-3zu0x%llx", index, static_cast<unsigned long long>(address));
  if (const CrashModule* const module = report.find_module(address)) {
    out += base::sentence(" in %s+0x%llx", module->path.empty() ? "?" : module->path.c_str(),
                          static_cast<unsigned long long>(address - module->bias));
    if (!module->build_id.empty()) out += " (build id " + hex_text(module->build_id) + ")";
  }
  return out + "\n";
}

std::string raw_stack_trace(const CrashReport& report) {
  std::string out;
  for (std::size_t i = 0; i < report.frames.size(); ++i) out += raw_frame(report, i);
  return out;
}

base::Words crash_event(const CrashTexts& texts, std::int64_t time_unix_ns) {
  base::Words attributes;
  add_attribute(attributes, "exception.type", texts.type, kTextBytesMax);
  add_attribute(attributes, "exception.message", texts.message, kTextBytesMax);
  if (!texts.stack_trace.empty())
    add_attribute(attributes, "exception.stacktrace", texts.stack_trace, kStackBytesMax);
  constexpr std::string_view kName = "exception";
  base::Words words;
  base::append(
      words, detail::element_header(ElementType::kEventAt, 0, kName.size(), attributes.size() * 8));
  base::append(words, static_cast<std::uint64_t>(time_unix_ns));
  base::append_text(words, kName);
  base::append(words, attributes);
  return words;
}

OpenAddition crash_addition(const format::RegionView& view, const clock::ClockMap& clock) {
  OpenAddition addition;
  const auto report = read_crash(view);
  if (!report || report->span_id == 0) return addition;
  const std::string type = crash_type(*report), message = crash_message(*report);
  const std::string stack = raw_stack_trace(*report);
  addition.span_id = report->span_id;
  addition.elements = crash_event({type, message, stack}, clock.to_unix_ns(report->ticks));
  return addition;
}

}  // namespace nanospan::decode

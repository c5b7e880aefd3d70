#include "decode/crash_report.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace nanospan::decode {
namespace {

std::uint64_t load_relaxed(const format::Word& word) noexcept {
  return word.load(std::memory_order_relaxed);
}

std::string copy_text(std::span<const format::Word> words, std::uint64_t untrusted_bytes) {
  const std::size_t bytes =
      static_cast<std::size_t>(std::min<std::uint64_t>(untrusted_bytes, words.size() * 8));
  std::string text((bytes + 7) / 8 * 8, '\0');
  for (std::size_t at = 0; at < text.size(); at += 8) {
    const std::uint64_t word = load_relaxed(words[at / 8]);
    std::memcpy(text.data() + at, &word, 8);
  }
  text.resize(bytes);
  return text;
}

void read_facts(const format::CrashPage& page, CrashReport& report) {
  report.kind = load_relaxed(page.kind) == static_cast<std::uint64_t>(format::CrashKind::kTerminate)
                    ? format::CrashKind::kTerminate
                    : format::CrashKind::kSignal;
  report.signal = static_cast<int>(std::min<std::uint64_t>(load_relaxed(page.signal), 255));
  report.code = static_cast<int>(static_cast<std::uint32_t>(load_relaxed(page.code)));
  report.address = load_relaxed(page.address);
  report.sender = load_relaxed(page.sender);
  report.thread_id = load_relaxed(page.thread_id);
  report.thread_name = copy_text(page.thread_name, sizeof(page.thread_name));
  report.thread_name.resize(strnlen(report.thread_name.data(), report.thread_name.size()));
  const std::uint64_t lane = load_relaxed(page.lane);
  if (lane != 0 && lane <= format::kLanesMax) report.lane = static_cast<std::uint32_t>(lane - 1);
  report.tenancy = load_relaxed(page.tenancy);
  report.span_id = load_relaxed(page.span_id);
  report.pc = load_relaxed(page.pc);
  report.sp = load_relaxed(page.sp);
  report.ticks = load_relaxed(page.ticks);
  report.exception_type = copy_text(page.type, load_relaxed(page.type_bytes));
}

void read_modules(const format::RegionView& view, CrashReport& report) {
  for (const format::Module& entry : view.modules()) {
    const std::uint64_t first = entry.first.load(std::memory_order_acquire);
    if (first == 0) continue;
    CrashModule& module = report.modules.emplace_back();
    module.first = first;
    module.end = load_relaxed(entry.end);
    module.bias = load_relaxed(entry.bias);
    module.build_id = copy_text(entry.build_id, load_relaxed(entry.build_id_bytes));
    module.path = copy_text(entry.path, load_relaxed(entry.path_bytes));
    // Pairs with the release fence between the zero and the body of who writes the entry.
    std::atomic_thread_fence(std::memory_order_acquire);
    if (load_relaxed(entry.first) != first) report.modules.pop_back();
  }
}

}  // namespace

const CrashModule* CrashReport::find_module(std::uint64_t at) const noexcept {
  for (const CrashModule& module : modules)
    if (at >= module.first && at < module.end) return &module;
  return nullptr;
}

std::optional<CrashReport> read_crash(const format::RegionView& view) {
  std::optional<CrashReport> made;
  const format::CrashPage* const page = view.crash();
  if (page == nullptr) return made;
  const std::uint64_t written = page->written.load(std::memory_order_acquire);
  if (written == 0 && load_relaxed(page->begun) == 0) return made;
  CrashReport& report = made.emplace();
  read_facts(*page, report);
  const std::uint64_t frames = page->frame_count.load(std::memory_order_acquire);
  report.frames = std::vector<std::uint64_t>(
      static_cast<std::size_t>(std::min<std::uint64_t>(frames, format::kCrashFrames)));
  for (std::size_t i = 0; i < report.frames.size(); ++i)
    report.frames[i] = load_relaxed(page->frames[i]);
  report.exception_message =
      copy_text(page->message, page->message_bytes.load(std::memory_order_acquire));
  // Pairs with the release fence of who begins another.
  std::atomic_thread_fence(std::memory_order_acquire);
  if (written == 0 || load_relaxed(page->begun) != written) {
    made.emplace().torn = true;
    return made;
  }
  read_modules(view, report);
  return made;
}

}  // namespace nanospan::decode

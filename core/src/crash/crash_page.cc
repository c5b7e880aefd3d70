#include "crash/crash_page.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "nanospan/detail/publish.h"

namespace nanospan::crash {
namespace {

using detail::load;
using detail::publish;
using detail::store;

void write_thread(format::CrashPage& page) noexcept {
  char name[16] = {};
  prctl(PR_GET_NAME, name);
  store(page.thread_id, static_cast<std::uint64_t>(gettid()));
  (void)store_text(page.thread_name, {name, sizeof(name)});
}

// The context that is current on this thread, whoever's span it is.
void write_lane(format::CrashPage& page, const capture::Runtime& runtime) noexcept {
  const detail::LaneControl& lane = *detail::tls_lane;
  const bool has_one = capture::has_lane(lane) && lane.epoch == runtime.epoch;
  const bool has_span = has_one && lane.top != nullptr;
  store(page.lane, has_one ? std::uint64_t{lane.lane_index} + 1 : 0);
  store(page.tenancy, has_one ? detail::slot_w7::kTenancy.get(lane.tenancy_bits) : 0);
  store(page.span_id, has_span ? load(lane.top->w[3]) : 0);
}

std::uint64_t ticks_of(const capture::Runtime& runtime) noexcept {
  return runtime.slow_ticks ? detail::clock_ticks() : detail::read_ticks();
}

std::size_t bounded_length(const char* text, std::size_t bytes_max) noexcept {
  return text == nullptr ? 0 : strnlen(text, bytes_max);
}

}  // namespace

std::size_t store_text(std::span<detail::Word> into, std::string_view text) noexcept {
  const std::size_t bytes = std::min(text.size(), into.size() * 8);
  for (std::size_t at = 0; at < bytes; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, std::min<std::size_t>(8, bytes - at));
    store(into[at / 8], word);
  }
  return bytes;
}

void write_facts(const Target& target, const CrashFacts& facts) noexcept {
  format::CrashPage& page = *target.page;
  const std::uint64_t number = load(page.begun) + 1;
  store(page.begun, number);
  detail::invalidate(page.written);
  detail::begin_bodies();
  store(page.frame_count, 0);
  store(page.message_bytes, 0);
  store(page.kind, static_cast<std::uint64_t>(facts.kind));
  store(page.signal, static_cast<std::uint64_t>(facts.signal));
  store(page.code, static_cast<std::uint32_t>(facts.code));
  store(page.address, facts.address);
  store(page.sender, facts.sender);
  store(page.pc, facts.registers.pc);
  store(page.sp, facts.registers.sp);
  write_thread(page);
  const capture::Runtime* const runtime = capture::current();
  if (runtime != nullptr) {
    write_lane(page, *runtime);
    store(page.ticks, ticks_of(*runtime));
  }
  const std::size_t type_bytes = bounded_length(facts.type, format::kCrashTypeBytes);
  store(page.type_bytes, store_text(page.type, {facts.type, type_bytes}));
  publish(page.written, number);
}

void write_frames(format::CrashPage& page, std::span<const std::uint64_t> frames) noexcept {
  const std::size_t count = std::min<std::size_t>(frames.size(), format::kCrashFrames);
  for (std::size_t i = 0; i < count; ++i) store(page.frames[i], frames[i]);
  publish(page.frame_count, count);
}

void write_message(format::CrashPage& page, const char* text) noexcept {
  const std::size_t bytes = bounded_length(text, format::kCrashMessageBytes);
  publish(page.message_bytes, store_text(page.message, {text, bytes}));
}

void withdraw(format::CrashPage& page) noexcept {
  publish(page.written, 0);
  publish(page.begun, 0);
}

}  // namespace nanospan::crash

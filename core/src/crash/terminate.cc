#include "crash/terminate.h"

#include <cxxabi.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <typeinfo>

#include "crash/signals.h"
#include "crash/stack_walk.h"
#include "crash/turn.h"

namespace nanospan::crash {
namespace {

std::terminate_handler handled_before = nullptr;

// The exception as a std::exception, found as a catch clause would, without throwing it again: that
// would allocate and take the unwinder's locks. nullptr: it is none.
const std::exception* thrown_exception() noexcept {
  const std::exception_ptr current = std::current_exception();
  if (current == nullptr) return nullptr;
  void* object = nullptr;
  static_assert(sizeof(current) == sizeof(object));
  std::memcpy(&object, static_cast<const void*>(&current), sizeof(object));
  const bool is_one = typeid(std::exception).__do_catch(current.__cxa_exception_type(), &object, 1);
  return is_one ? static_cast<const std::exception*>(object) : nullptr;
}

CrashFacts facts_of_terminate() noexcept {
  CrashFacts facts;
  facts.kind = format::CrashKind::kTerminate;
  const std::type_info* const type = abi::__cxa_current_exception_type();
  facts.type = type == nullptr ? nullptr : type->name();
  facts.registers.sp = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
  return facts;
}

[[noreturn]] void on_terminate() {
  const Turn turn = take_turn(gettid(), false);
  if (turn == Turn::kFirst) {
    CrashFacts facts = facts_of_terminate();
    const auto from = reinterpret_cast<std::uint64_t>(__builtin_return_address(0));
    facts.registers.pc = from;
    describe(facts, false, from);
    const Target* const target = live_target();
    const std::exception* const thrown = target == nullptr ? nullptr : thrown_exception();
    if (thrown != nullptr) write_message(*target->page, thrown->what());
    describe_done(true);
  }
  if (handled_before != nullptr && turn != Turn::kWithinHandler) handled_before();
  std::abort();
}

}  // namespace

void install_terminate() noexcept {
  handled_before = std::set_terminate(on_terminate);
}

}  // namespace nanospan::crash

// carrying: an executor whose handlers and coroutines keep their context, on whatever thread.
//
//   asio::any_io_executor executor = pool.get_executor();
//   asio::co_spawn(nanospan::carrying(executor), session(std::move(socket)), done);
//   timer.async_wait(asio::bind_executor(nanospan::carrying(executor), handler));
//
//   asio::awaitable<void> session(tcp::socket socket) {
//     NANOSPAN_FIBER(span, "session");  // a child of what was current at co_spawn()
//     co_await reply(socket);           // whose spans are its children; no more is to be said
//   }
//
// A context goes from where an operation is started to where its handler runs, so from before a
// co_await to behind it. Why not by a promise of ours: Asio's is its own, and takes no awaiter that
// it does not know; but whatever resumes a coroutine of its passes the coroutine's executor.
// Put it around a strand, not a strand around it, which runs many handlers in the turn of one.
// A ScopedSpan or ContextScope around such a start takes the FiberSpan's place behind the co_await:
// that still ends, but restores no context there and sees no exception. A ScopedSpan that is open
// at a suspension is given up and counted (Accounting::lost_abandoned).
// Threads: as the executor. Memory: a shared Context for each operation. Errors: std::bad_alloc.
// Source: P0443R14 "A Unified Executors Proposal", as Asio has it: execute(), query(), require(),
// prefer(). Nothing of Asio is included: Boost.Asio does as well.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "nanospan/fiber_span.h"
#include "nanospan/swap_context.h"

namespace nanospan {

// `Inner`: a type of executor whose query(), require() and prefer() are public, as those of
// asio::any_io_executor and asio::strand. Why nested: a template's arguments take part in the
// look-up of ==, where Asio would ask whether this is an executor while it asks just that.
template <typename Inner>
struct Carrying {
  class Executor {
   public:
    // Of one parameter it would be asked, too, when this is copied.
    Executor(Inner inner, std::shared_ptr<const Context> context) noexcept
        : inner_(std::move(inner)), context_(std::move(context)) {}

    template <typename F>
    void execute(F&& function) const {
      inner_.execute(
          [context = context_here(), run = std::decay_t<F>(std::forward<F>(function))]() mutable {
            const ContextTurn turn(*context);
            std::move(run)();
          });
    }

    template <typename Property>
    requires requires(const Inner& inner, const Property& property) { inner.query(property); }
    decltype(auto) query(const Property& property) const { return inner_.query(property); }
    // Asked for where an operation is started, for the executor that its handler will run on.
    template <typename Property>
    requires requires(const Inner& inner, const Property& property) { inner.require(property); }
    auto require(const Property& property) const { return with(inner_.require(property)); }
    template <typename Property>
    requires requires(const Inner& inner, const Property& property) { inner.prefer(property); }
    auto prefer(const Property& property) const { return with(inner_.prefer(property)); }

    friend bool operator==(const Executor& one, const Executor& other) noexcept {
      return one.inner_ == other.inner_;
    }
    friend bool operator!=(const Executor& one, const Executor& other) noexcept {
      return !(one == other);
    }

   private:
    [[nodiscard]] std::shared_ptr<const Context> context_here() const {
      return context_ != nullptr ? context_ : std::make_shared<const Context>(current_context());
    }
    template <typename Other>
    auto with(Other inner) const {
      return typename Carrying<Other>::Executor(std::move(inner), context_here());
    }

    Inner inner_;
    std::shared_ptr<const Context> context_;  // of the operation; nullptr: none has begun
  };
};

template <typename Executor>
[[nodiscard]] auto carrying(Executor executor) {
  return typename Carrying<Executor>::Executor(std::move(executor), nullptr);
}

}  // namespace nanospan

// Baggage: names and values of the application's own that travel with a request.
//
//   nanospan::BaggageScope scope(nanospan::current_baggage().set("tenant", "acme"));
//   nanospan::global_propagator().inject(nanospan::current_context(), request.headers);
//
// Whoever a request goes to can read it: no secrets, and an empty Baggage before a request that
// leaves one's own systems. It works without a recorder. Nothing of it is recorded with spans.
// Threads: values; every change gives a new one. Memory: a string for each name and value.
// Source: OpenTelemetry baggage/api.md; W3C Baggage.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nanospan/context.h"
#include "nanospan/detail/compiler.h"

namespace nanospan {

struct BaggageEntry {
  std::string name;   // not empty
  std::string value;  // decoded, valid UTF-8
  // Properties as the header has them, encoded: "ttl=30;private". Their meaning is the users' own.
  std::string metadata;

  friend bool operator==(const BaggageEntry&, const BaggageEntry&) = default;
};

// One of BaggageEntry::metadata.
struct BaggageProperty {
  std::string key;
  std::optional<std::string> value;  // decoded; nothing: the key stands alone

  friend bool operator==(const BaggageProperty&, const BaggageProperty&) = default;
};

class Baggage {
 public:
  // Of what a header may hold; whole members beyond it are dropped, from the right. The
  // specification asks for 64 at least, and the same number of bytes.
  static constexpr std::size_t kMembersMax = 180;
  static constexpr std::size_t kHeaderBytesMax = 8192;

  Baggage() noexcept = default;

  // From a header; several headers are joined with ',' first. A member that is not valid is left
  // out. Of members with the same name the last is kept. Bytes that are no UTF-8: U+FFFD.
  [[nodiscard]] NANOSPAN_EXPORT static Baggage parse(std::string_view untrusted_header);
  // As it goes into a carrier. Left out are names that are no token of HTTP, with which an entry
  // can't travel, and properties that are not valid.
  [[nodiscard]] NANOSPAN_EXPORT std::string header() const;

  // Names and values are case-sensitive.
  [[nodiscard]] NANOSPAN_EXPORT std::optional<std::string_view> get(
      std::string_view name) const noexcept;
  // Any name but an empty one, which changes nothing, and any value.
  [[nodiscard]] NANOSPAN_EXPORT Baggage set(std::string_view name, std::string_view value,
                                            std::string_view metadata = {}) const;
  [[nodiscard]] NANOSPAN_EXPORT Baggage remove(std::string_view name) const;

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  // In the order in which they were set.
  [[nodiscard]] const std::vector<BaggageEntry>& entries() const noexcept { return entries_; }

  friend bool operator==(const Baggage&, const Baggage&) = default;

 private:
  std::vector<BaggageEntry> entries_;
};

// Those that are valid, in order.
[[nodiscard]] NANOSPAN_EXPORT std::vector<BaggageProperty> baggage_properties(
    const BaggageEntry& entry);

// Empty: there is none.
[[nodiscard]] NANOSPAN_EXPORT Baggage baggage_of(const Context& context);
// An empty one takes away what the context has.
[[nodiscard]] NANOSPAN_EXPORT Context with_baggage(const Context& context, Baggage baggage);
[[nodiscard]] NANOSPAN_EXPORT Baggage current_baggage();

// Makes it the current context's baggage, and leaves the current span, until the end of the scope.
// Ends in the order opposite to that of beginning, among other scopes of the thread.
class [[nodiscard]] BaggageScope {
 public:
  NANOSPAN_EXPORT explicit BaggageScope(Baggage baggage);
  NANOSPAN_EXPORT ~BaggageScope();
  BaggageScope(const BaggageScope&) = delete;
  BaggageScope& operator=(const BaggageScope&) = delete;

 private:
  detail::ContextValues values_;
  const detail::ContextValueList* outer_;
};

}  // namespace nanospan

// Carriers: what a context travels in, read and written in place. Nothing is copied.
//
// A carrier is a map of text (std::map, std::unordered_multimap, an HTTP library's headers) or any
// type of yours with
//
//   set(key, value)       to inject; erase(key) too, if it may be used more than once
//   get(key)              to extract: text, a pointer to it or nullptr, an optional of text; of a
//                         header that is repeated, all values joined with ','
//   for_each_value(key, visit)   instead of get(): calls visit(value) for each, in their order
//
// Keys are asked for and written in lower case; a carrier of HTTP headers compares them ignoring
// case. CarrierReader and CarrierWriter are what a Propagator sees of any of these.
// Threads: functions of their arguments. Memory: none of their own; a map allocates what it stores.
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace nanospan {

template <typename C>
concept TextMapCarrier = requires(C& carrier, const std::string& key) {
  typename C::mapped_type;
  carrier.equal_range(key);
  carrier.erase(carrier.begin(), carrier.end());
  carrier.emplace(key, key);
};
template <typename C>
concept SettableCarrier = requires(C& carrier, std::string_view text) {
  carrier.set(text, text);
};
template <typename C>
concept GettableCarrier = requires(const C& carrier, std::string_view key) {
  carrier.get(key);
};
template <typename C>
concept VisitableCarrier = requires(const C& carrier, std::string_view key) {
  carrier.for_each_value(key, [](std::string_view) {});
};
template <typename C>
concept WritableCarrier = TextMapCarrier<C> || SettableCarrier<C>;
template <typename C>
concept ReadableCarrier = TextMapCarrier<C> || GettableCarrier<C> || VisitableCarrier<C>;

namespace detail {

// A map that compares texts of other types needs no string made of the key.
template <typename Map>
[[nodiscard]] decltype(auto) lookup_key(const Map&, std::string_view key) {
  if constexpr (requires(const Map& map) { map.equal_range(key); })
    return key;
  else
    return typename Map::key_type(key);
}

// What a carrier's get() may return.
template <typename Found, typename F>
void visit_found(const Found& found, F&& visit) {
  if constexpr (std::is_pointer_v<Found>) {
    if (found != nullptr) visit(std::string_view(found));
  } else if constexpr (std::convertible_to<const Found&, std::string_view>) {
    const std::string_view text = found;
    if (!text.empty()) visit(text);
  } else {
    if (found) visit(std::string_view(*found));
  }
}

}  // namespace detail

// Calls visit(value) for each value that the carrier has of the key, in its order. The views are
// valid during the call. All of them are untrusted.
template <ReadableCarrier Carrier, typename F>
void for_each_value(const Carrier& carrier, std::string_view key, F&& visit) {
  if constexpr (VisitableCarrier<Carrier>) {
    carrier.for_each_value(key, visit);
  } else if constexpr (TextMapCarrier<Carrier>) {
    const auto [first, last] = carrier.equal_range(detail::lookup_key(carrier, key));
    for (auto at = first; at != last; ++at) visit(std::string_view(at->second));
  } else {
    detail::visit_found(carrier.get(key), visit);
  }
}

template <WritableCarrier Carrier>
void erase_value(Carrier& carrier, std::string_view key) {
  if constexpr (TextMapCarrier<Carrier>) {
    const auto [first, last] = carrier.equal_range(detail::lookup_key(carrier, key));
    carrier.erase(first, last);
  } else if constexpr (requires { carrier.erase(key); }) {
    carrier.erase(key);
  }
}

// Instead of all that the carrier has of the key.
template <WritableCarrier Carrier>
void set_value(Carrier& carrier, std::string_view key, std::string_view value) {
  if constexpr (TextMapCarrier<Carrier>) {
    const auto [first, last] = carrier.equal_range(detail::lookup_key(carrier, key));
    if (first == last) {
      carrier.emplace(typename Carrier::key_type(key), typename Carrier::mapped_type(value));
      return;
    }
    first->second = value;
    carrier.erase(std::next(first), last);
  } else {
    carrier.set(key, value);
  }
}

// Any carrier to read from, by reference: two words, valid as long as the carrier.
class CarrierReader {
 public:
  template <ReadableCarrier Carrier>
  requires(!std::same_as<Carrier, CarrierReader>) CarrierReader(const Carrier& carrier)
  noexcept  // NOLINT: any carrier is to do as an argument
      : carrier_(std::addressof(carrier)),
        visit_all_([](const void* of, std::string_view key, Visitor visitor) {
          nanospan::for_each_value(
              *static_cast<const Carrier*>(of), key,
              [&visitor](std::string_view value) { visitor.call(visitor.function, value); });
        }) {}

  template <typename F>
  void for_each_value(std::string_view key, F&& visit) const {
    using Function = std::remove_reference_t<F>;
    visit_all_(carrier_, key,
               {std::addressof(visit), [](const void* function, std::string_view value) {
                  (*static_cast<Function*>(const_cast<void*>(function)))(value);
                }});
  }
  // The first value, if there is one: what OpenTelemetry's Get is. The view is valid in visit().
  template <typename F>
  void with_first_value(std::string_view key, F&& visit) const {
    bool is_first = true;
    for_each_value(key, [&](std::string_view value) {
      if (is_first) visit(value);
      is_first = false;
    });
  }

 private:
  struct Visitor {
    const void* function;
    void (*call)(const void* function, std::string_view value);
  };

  const void* carrier_;
  void (*visit_all_)(const void* carrier, std::string_view key, Visitor visitor);
};

// Any carrier to write to, by reference: three words, valid as long as the carrier.
class CarrierWriter {
 public:
  template <WritableCarrier Carrier>
  requires(!std::same_as<Carrier, CarrierWriter>) CarrierWriter(Carrier& carrier)
  noexcept  // NOLINT: any carrier is to do as an argument
      : carrier_(std::addressof(carrier)),
        set_([](void* to, std::string_view key, std::string_view value) {
          nanospan::set_value(*static_cast<Carrier*>(to), key, value);
        }),
        erase_([](void* from, std::string_view key) {
          nanospan::erase_value(*static_cast<Carrier*>(from), key);
        }) {}

  void set(std::string_view key, std::string_view value) const { set_(carrier_, key, value); }
  void erase(std::string_view key) const { erase_(carrier_, key); }

 private:
  void* carrier_;
  void (*set_)(void* carrier, std::string_view key, std::string_view value);
  void (*erase_)(void* carrier, std::string_view key);
};

}  // namespace nanospan

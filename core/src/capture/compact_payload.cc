#include "capture/compact_payload.h"

#include <bit>
#include <cstring>
#include <functional>
#include <string_view>

#include "base/pod_vector.h"
#include "capture/payload_stream.h"

namespace nanospan::capture {
namespace {

using detail::ElementType;
using detail::load;
namespace element = detail::element;
namespace open_w7 = detail::open_w7;

using Words = base::PodVector<std::uint64_t>;

ElementType type_of(std::uint64_t header) noexcept {
  return static_cast<ElementType>(element::kType.get(header));
}

// The id, or the text where there is none.
struct Key {
  std::uint64_t id;
  std::string_view text;
  bool operator==(const Key&) const = default;
};
Key key_of(const Words& words, std::size_t at) noexcept {
  const std::uint64_t header = words[at];
  const std::uint64_t id = element::kKey.get(header);
  const std::size_t fixed = detail::fixed_words(type_of(header));
  const auto* const text = reinterpret_cast<const char*>(words.data() + at + 1 + fixed);
  return {id, std::string_view(text, id != 0 ? 0 : element::kKeyLength.get(header))};
}

// Keys of a payload, each by the place of an attribute that has it, in an open hash table.
class Keys {
 public:
  Keys(const Words& words, std::size_t count_max) : words_(words) {
    places_.resize(std::bit_ceil(2 * count_max + 1));
  }

  // False: it is known.
  [[nodiscard]] bool insert(std::size_t at) noexcept {
    const Key key = key_of(words_, at);
    for (std::size_t i = std::hash<std::string_view>()(key.text) + key.id;; ++i) {
      std::uint64_t& place = places_[i & (places_.size() - 1)];  // + 1; 0: free
      if (place == 0) {
        place = at + 1;
        return true;
      }
      if (key_of(words_, place - 1) == key) return false;
    }
  }

 private:
  const Words& words_;
  Words places_;
};

void read_payload(Runtime& runtime, detail::OpenSlot& slot, Words& words) {
  words.resize(open_w7::kWords.get(load(slot.w[7])));
  PayloadReader reader(*runtime.region, slot);
  for (std::uint64_t& word : words) word = reader.next();
}

// Takes out attributes whose key comes again, and all of type `replaced`; returns how many
// attributes are left.
std::uint64_t remove_replaced(Words& words, ElementType replaced) {
  Words starts;
  for (std::size_t at = 0; at < words.size(); at += detail::element_words(words[at]))
    starts.push_back(at);
  constexpr std::uint64_t kReplaced = ~std::uint64_t{0};
  std::uint64_t attributes = 0;
  Keys seen(words, starts.size());
  for (std::size_t i = starts.size(); i-- != 0;) {
    const ElementType type = type_of(words[starts[i]]);
    const bool is_attribute = type < ElementType::kEvent;
    if (type == replaced || (is_attribute && !seen.insert(starts[i])))
      starts[i] = kReplaced;
    else
      attributes += is_attribute ? 1 : 0;
  }
  std::size_t end = 0;
  for (const std::uint64_t start : starts) {
    if (start == kReplaced) continue;
    const std::size_t length = detail::element_words(words[start]);
    std::memmove(&words[end], &words[start], length * sizeof(std::uint64_t));
    end += length;
  }
  words.resize(end);
  return attributes;
}

}  // namespace

bool compact_payload(Runtime& runtime, detail::OpenSlot& slot, ElementType replaced) {
  Words words;
  read_payload(runtime, slot, words);
  const std::size_t words_before = words.size();
  const std::uint64_t attributes = remove_replaced(words, replaced);
  if (words.size() == words_before) return false;
  const std::uint64_t live = load(slot.w[0]), commit = load(slot.w[7]);
  detail::invalidate(slot.w[0]);
  detail::begin_bodies();
  PayloadReader places(*runtime.region, slot);
  for (const std::uint64_t word : words) detail::store(*places.next_word(), word);
  constexpr std::uint64_t kCounted = open_w7::kWords.put(~0ull) | open_w7::kAttributes.put(~0ull);
  detail::publish(slot.w[7], (commit & ~kCounted) | open_w7::kWords.put(words.size()) |
                                 open_w7::kAttributes.put(attributes));
  detail::publish(slot.w[0], live);
  return true;
}

}  // namespace nanospan::capture

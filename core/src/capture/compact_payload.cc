#include "capture/compact_payload.h"

#include <set>
#include <string>
#include <vector>

#include "capture/payload_stream.h"

namespace nanospan::capture {
namespace {

using detail::ElementType;
using detail::load;
namespace element = detail::element;
namespace open_w7 = detail::open_w7;

using Words = std::vector<std::uint64_t>;

bool is_attribute(std::uint64_t header) noexcept {
  return static_cast<ElementType>(element::kType.get(header)) < ElementType::kEvent;
}

// The id, or the text where there is none: equal for equal keys.
std::string key_of(const Words& words, std::size_t at) {
  const std::uint64_t header = words[at];
  if (const std::uint64_t id = element::kKey.get(header); id != 0)
    return std::string(1, '\0') + std::to_string(id);
  const auto type = static_cast<ElementType>(element::kType.get(header));
  const auto* const text =
      reinterpret_cast<const char*>(words.data() + at + 1 + detail::fixed_words(type));
  return std::string(text, element::kKeyLength.get(header));
}

Words read_payload(Runtime& runtime, detail::OpenSlot& slot) {
  Words words(open_w7::kWords.get(load(slot.w[7])));
  PayloadReader reader(*runtime.region, slot);
  for (std::uint64_t& word : words) word = reader.next();
  return words;
}

struct Compacted {
  Words words;
  std::uint64_t attributes = 0;
};

Compacted without_replaced(const Words& words) {
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at < words.size(); at += detail::element_words(words[at]))
    starts.push_back(at);
  std::vector<bool> kept(starts.size(), true);
  std::set<std::string> seen;
  for (std::size_t i = starts.size(); i-- != 0;)
    if (is_attribute(words[starts[i]])) kept[i] = seen.insert(key_of(words, starts[i])).second;
  Compacted made;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    if (!kept[i]) continue;
    const auto from = words.begin() + static_cast<std::ptrdiff_t>(starts[i]);
    const auto length = static_cast<std::ptrdiff_t>(detail::element_words(*from));
    made.words.insert(made.words.end(), from, from + length);
    made.attributes += is_attribute(*from) ? 1u : 0u;
  }
  return made;
}

}  // namespace

bool compact_payload(Runtime& runtime, detail::OpenSlot& slot) {
  const Words before = read_payload(runtime, slot);
  const Compacted after = without_replaced(before);
  if (after.words.size() == before.size()) return false;
  const std::uint64_t live = load(slot.w[0]), commit = load(slot.w[7]);
  detail::invalidate(slot.w[0]);
  detail::begin_bodies();
  PayloadReader places(*runtime.region, slot);
  for (const std::uint64_t word : after.words) detail::store(*places.next_word(), word);
  constexpr std::uint64_t kCounted = open_w7::kWords.put(~0ull) | open_w7::kAttributes.put(~0ull);
  detail::publish(slot.w[7], (commit & ~kCounted) | open_w7::kWords.put(after.words.size()) |
                                 open_w7::kAttributes.put(after.attributes));
  detail::publish(slot.w[0], live);
  return true;
}

}  // namespace nanospan::capture

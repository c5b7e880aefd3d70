// One change to an open span: the checks and locks that every such change needs, and the limits.
//
// Source of the limits: OpenTelemetry common/README.md "Attribute Limits", trace/sdk.md "Span
// Limits".
#pragma once

#include <optional>

#include "capture/detached_pool.h"
#include "capture/payload_stream.h"
#include "capture/runtime.h"
#include "capture/value_text.h"
#include "nanospan/span.h"

namespace nanospan::capture {

class Annotation {
 public:
  enum class Purpose { kChange, kLook };
  // False afterwards: not recorded, ended, of another recorder or thread; or, and then a change is
  // counted as lost, inside a handler, or of a detached span on a thread that has no lane.
  explicit Annotation(const detail::SpanTarget& target,
                      Purpose purpose = Purpose::kChange) noexcept;
  explicit operator bool() const noexcept { return slot_ != nullptr; }

  void add_attribute(detail::TextRef key, const AttributeValue& value) noexcept;
  void add_literal(detail::TextRef key, std::uint32_t literal) noexcept;
  void add_event(detail::ElementType type, detail::TextRef name, std::uint64_t when,
                 Attributes attributes) noexcept;
  void add_link(const SpanContext& context, std::string_view tracestate,
                Attributes attributes) noexcept;
  void set_status(StatusCode code, std::string_view text) noexcept;
  void add_text(detail::ElementType type, std::string_view text) noexcept;
  [[nodiscard]] std::uint64_t now() const noexcept { return ticks(*lane_); }

 private:
  struct Element {
    detail::ElementType type;
    detail::TextRef key;
    std::uint64_t fixed[4];
    std::string_view value;  // its bytes
  };
  // Words of a record.
  struct Room {
    std::size_t ordinary;     // for attributes, events, links
    std::size_t text;         // that a name and a status text have each
    std::size_t with_texts;   // for all these, and the dropped counts if they are there
    std::size_t with_counts;  // for all these and the dropped counts
  };
  void count_loss(const detail::SpanTarget& target) const noexcept;
  [[nodiscard]] bool append(const Element& element, std::uint64_t counts,
                            std::size_t words_max) noexcept;
  [[nodiscard]] bool append(const Element& element, std::uint64_t counts) noexcept {
    return append(element, counts, words_max());
  }
  [[nodiscard]] bool compact(detail::ElementType replaced = detail::ElementType::kEnd) noexcept;
  [[nodiscard]] bool has_room_for_key() noexcept;
  [[nodiscard]] bool has_key(detail::TextRef key) noexcept;
  [[nodiscard]] ElementLimits element_limits(std::uint32_t count_max,
                                             std::size_t name_bytes) const noexcept;
  void drop(detail::Field what) noexcept;
  [[nodiscard]] Room room() const noexcept;
  [[nodiscard]] std::size_t words_max() const noexcept { return room().ordinary; }

  Runtime* runtime_ = nullptr;
  detail::LaneControl* lane_ = nullptr;
  detail::OpenSlot* slot_ = nullptr;
  std::optional<detail::BusyGate> busy_;
  std::optional<DetachedLock> lock_;
};

}  // namespace nanospan::capture

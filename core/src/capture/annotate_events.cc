// What is added to an open span by a call and many programs never add: events, exceptions, links, a
// status, another name.
#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

#include "capture/annotation.h"
#include "nanospan/detail/annotate.h"

namespace nanospan::detail {

using capture::Annotation;

void annotate_event(const SpanTarget& target, TextRef name, std::optional<std::int64_t> unix_ns,
                    Attributes attributes) noexcept {
  Annotation on(target);
  if (!on) return;
  const std::uint64_t when = unix_ns ? static_cast<std::uint64_t>(*unix_ns) : on.now();
  on.add_event(unix_ns ? ElementType::kEventAt : ElementType::kEvent, name, when, attributes);
}

void annotate_link(const SpanTarget& target, const SpanContext& context,
                   std::string_view tracestate, Attributes attributes) noexcept {
  Annotation on(target);
  if (!on) return;
  on.add_link(context, tracestate, attributes);
}

void annotate_status(const SpanTarget& target, StatusCode code, std::string_view text) noexcept {
  Annotation on(target);
  if (!on) return;
  on.set_status(code, text);
}

void annotate_name(const SpanTarget& target, std::string_view name) noexcept {
  Annotation on(target);
  if (!on) return;
  on.add_text(ElementType::kName, name);
}

void annotate_exception(const SpanTarget& target, std::string_view type, std::string_view message,
                        Attributes attributes) noexcept {
  Annotation on(target);
  if (!on) return;
  // The last of a key wins, so what the user says goes behind. Semantic conventions: exceptions.
  constexpr std::size_t kAttributesMax = 32;
  Attribute all[kAttributesMax] = {{"exception.type", type}, {"exception.message", message}};
  const std::size_t given = std::min(attributes.size(), kAttributesMax - 2);
  std::copy_n(attributes.begin(), given, all + 2);
  on.add_event(ElementType::kEvent, text_ref("exception"), on.now(), std::span(all, given + 2));
}

std::string_view readable_type_name(const std::type_info& type) noexcept {
  thread_local std::string readable;
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  readable = status == 0 ? name.get() : type.name();
  return readable;
}

}  // namespace nanospan::detail

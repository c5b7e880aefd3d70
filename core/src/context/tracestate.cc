#include "nanospan/tracestate.h"

#include <algorithm>
#include <array>

#include "base/parse.h"

namespace nanospan {
namespace {

// Above this, a member is the first to go when the list is too long. Source: W3C section 3.3.1.5.
constexpr std::size_t kLargeMemberBytes = 128;

struct Member {
  std::string_view key;
  std::string_view value;

  [[nodiscard]] std::size_t bytes() const noexcept { return key.size() + 1 + value.size(); }
};

// Views of members in order, keys unique. One place more than is kept: for the member being added.
class MemberList {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool contains(std::string_view key) const noexcept {
    return std::any_of(members_.begin(), members_.begin() + size_,
                       [key](const Member& member) { return member.key == key; });
  }
  void push_back(Member member) noexcept { members_[size_++] = member; }

  [[nodiscard]] std::string join_within_limits() {
    size_ = std::min(size_, TraceState::kMembersMax);
    std::size_t total = joined_bytes();
    for (std::size_t i = size_; i-- > 0 && total > TraceState::kHeaderBytesMax;) {
      if (members_[i].bytes() > kLargeMemberBytes) remove(i, total);
    }
    while (total > TraceState::kHeaderBytesMax) remove(size_ - 1, total);
    std::string header;
    header.reserve(total);
    for (std::size_t i = 0; i < size_; ++i) {
      if (i != 0) header += ',';
      header.append(members_[i].key).append(1, '=').append(members_[i].value);
    }
    return header;
  }

 private:
  [[nodiscard]] std::size_t joined_bytes() const noexcept {
    std::size_t total = size_ == 0 ? 0 : size_ - 1;
    for (std::size_t i = 0; i < size_; ++i) total += members_[i].bytes();
    return total;
  }
  void remove(std::size_t index, std::size_t& total) noexcept {
    std::move(members_.begin() + index + 1, members_.begin() + size_, members_.begin() + index);
    --size_;
    total = joined_bytes();
  }

  std::array<Member, TraceState::kMembersMax + 1> members_;
  std::size_t size_ = 0;
};

Member split_member(std::string_view text) noexcept {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {text, {}};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

bool is_key_start(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_key_character(char c) noexcept {
  return is_key_start(c) || c == '_' || c == '-' || c == '*' || c == '/' || c == '@';
}

bool is_value_character(char c) noexcept {
  return c >= ' ' && c <= '~' && c != ',' && c != '=';
}

// Members of a header that is valid already.
template <typename F>
void for_each_member(const std::string& header, F&& f) {
  if (header.empty()) return;
  base::split(header, ',', [&](std::string_view text) { f(split_member(text)); });
}

}  // namespace

bool TraceState::is_valid_key(std::string_view key) noexcept {
  return !key.empty() && key.size() <= kKeyBytesMax && is_key_start(key.front()) &&
         std::all_of(key.begin(), key.end(), is_key_character);
}

bool TraceState::is_valid_value(std::string_view value) noexcept {
  return !value.empty() && value.size() <= kValueBytesMax && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(), is_value_character);
}

TraceState TraceState::parse(std::string_view untrusted_header) {
  MemberList members;
  std::size_t given = 0;
  bool valid = true;
  base::split(untrusted_header, ',', [&](std::string_view untrusted_text) {
    untrusted_text = base::trim(untrusted_text);
    if (untrusted_text.empty() || !valid) return;
    const Member member = split_member(untrusted_text);
    valid = ++given <= kMembersMax && is_valid_key(member.key) && is_valid_value(member.value);
    if (valid && !members.contains(member.key)) members.push_back(member);
  });
  if (!valid) return {};
  return TraceState(members.join_within_limits());
}

std::optional<std::string_view> TraceState::get(std::string_view key) const noexcept {
  std::optional<std::string_view> found;
  for_each_member(header_, [&](const Member& member) {
    if (member.key == key) found = member.value;
  });
  return found;
}

TraceState TraceState::set(std::string_view key, std::string_view value) const {
  if (!is_valid_key(key) || !is_valid_value(value)) return *this;
  MemberList members;
  members.push_back({key, value});
  for_each_member(header_, [&](const Member& member) {
    if (member.key != key) members.push_back(member);
  });
  return TraceState(members.join_within_limits());
}

TraceState TraceState::erase(std::string_view key) const {
  MemberList members;
  for_each_member(header_, [&](const Member& member) {
    if (member.key != key) members.push_back(member);
  });
  return TraceState(members.join_within_limits());
}

}  // namespace nanospan

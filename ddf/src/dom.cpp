// SPDX-License-Identifier: Apache-2.0
#include "dom.hpp"

#include <algorithm>
#include <cstring>

namespace cspkit::ddf::dom {
std::uint32_t count_bytes(std::string_view text, char wanted) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  constexpr std::uint64_t kHigh = 0x8080808080808080u;
  const char* p = text.data();
  std::size_t n = text.size();
  std::uint64_t count = 0;
  for (; n >= 8; n -= 8, p += 8) {
    std::uint64_t w;
    std::memcpy(&w, p, 8);
    w ^= kOnes * static_cast<unsigned char>(wanted);
    // The exact zero-byte test: no carry crosses from one byte to the next.
    const std::uint64_t zero = ~(((w & ~kHigh) + ~kHigh) | w | ~kHigh);
    // Adds the eight bits: a multiplication, since plain x86-64 has no instruction for it.
    count += ((zero >> 7) * kOnes) >> 56;
  }
  for (; n != 0; --n, ++p) count += *p == wanted ? 1u : 0u;
  return static_cast<std::uint32_t>(count);
}

std::string deep_text(const pugi::xml_node& element) {
  std::string out;
  pugi::xml_node at = element.first_child();
  while (at) {
    if (is_text(at)) out += at.value();
    if (at.first_child()) {
      at = at.first_child();
      continue;
    }
    while (at && at != element && !at.next_sibling()) at = at.parent();
    if (!at || at == element) break;
    at = at.next_sibling();
  }
  return out;
}

bool has_elements(const pugi::xml_node& element) {
  for (const pugi::xml_node& child : element) {
    if (is_element(child)) return true;
  }
  return false;
}

std::string_view Texts::of(const pugi::xml_node& element) {
  const pugi::xml_node first = element.first_child();
  if (!first) return {};
  if (!first.next_sibling() && is_text(first)) return first.value();
  return keep(deep_text(element));
}

std::uint32_t Lines::at(std::ptrdiff_t signed_offset) {
  if (signed_offset < 0) return 0;
  const std::size_t offset = std::min(static_cast<std::size_t>(signed_offset), text_.size());
  if (offset >= position_) {
    line_ += count_bytes(text_.substr(position_, offset - position_), '\n');
    position_ = offset;
    return line_;
  }
  if (breaks_.empty()) {
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '\n') breaks_.push_back(i);
    }
  }
  const auto before = std::lower_bound(breaks_.begin(), breaks_.end(), offset);
  return static_cast<std::uint32_t>(before - breaks_.begin()) + 1;
}

}  // namespace cspkit::ddf::dom

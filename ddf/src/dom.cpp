// SPDX-License-Identifier: Apache-2.0
#include "dom.hpp"

#include <algorithm>

#include "text.hpp"

namespace cspkit::ddf::dom {

std::uint32_t count_bytes(std::string_view text, char wanted) {
  const char* p = text.data();
  std::size_t n = text.size();
  std::uint64_t count = 0;
  while (n >= 16) {
    // A byte of `found` counts to 255 at most.
    std::size_t blocks = std::min(n / 16, std::size_t{255});
    n -= blocks * 16;
    text::Bytes16 found{};
    for (; blocks != 0; --blocks, p += 16) found -= text::load16(p) == wanted;
    count += text::sum_bytes(found);
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

// SPDX-License-Identifier: Apache-2.0
#include "dom.hpp"

#include <algorithm>

#include "text.hpp"

namespace cspkit::ddf::dom {

std::uint32_t count_bytes(std::string_view text, char wanted) {
  const char* p = text.data();
  std::size_t n = text.size();
  std::uint64_t count = 0;
  while (n >= 64) {
    // A byte of `found` counts to 4 * 63 at most.
    std::size_t blocks = std::min(n / 64, std::size_t{63});
    n -= blocks * 64;
    text::Unsigned16 found{};
    for (; blocks != 0; --blocks, p += 64) {
      found -= reinterpret_cast<text::Unsigned16>(
          (text::load16(p) == wanted) + (text::load16(p + 16) == wanted) +
          (text::load16(p + 32) == wanted) + (text::load16(p + 48) == wanted));
    }
    count += text::sum_bytes(reinterpret_cast<text::Bytes16>(found));
  }
  text::Bytes16 rest{};
  for (; n >= 16; n -= 16, p += 16) rest -= text::load16(p) == wanted;
  count += text::sum_bytes(rest);
  for (; n != 0; --n, ++p) count += *p == wanted ? 1u : 0u;
  return static_cast<std::uint32_t>(count);
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

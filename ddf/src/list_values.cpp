// SPDX-License-Identifier: Apache-2.0
#include "list_values.hpp"

#include <cspkit/value.hpp>

#include "text.hpp"

namespace cspkit::ddf {

std::string list_delimiter(std::string_view as_written) {
  const bool named = as_written.size() > 2 && as_written.size() <= 8 &&
                     (as_written[0] == '0' || as_written[0] == '\\') &&
                     detail::to_lower(as_written[1]) == 'x';
  if (!named) return std::string(as_written);
  const Result<std::int64_t> number = parse_int("0x" + std::string(as_written.substr(2)));
  if (!number || *number <= 0 || *number > 0x10FFFF) return std::string(as_written);
  std::string out;
  text::append_utf8(out, static_cast<std::uint32_t>(*number));
  return out;
}

std::vector<std::string_view> split_list(std::string_view text, std::string_view delimiter) {
  std::vector<std::string_view> out;
  if (text.empty()) return out;
  if (delimiter.empty()) return {text};
  for (;;) {
    const std::size_t end = text.find(delimiter);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + delimiter.size());
    if (text.empty()) break;
  }
  return out;
}

}  // namespace cspkit::ddf

// SPDX-License-Identifier: Apache-2.0
// Values that are lists: MSFT:List.
#ifndef CSPKIT_DDF_SRC_LIST_VALUES_HPP_
#define CSPKIT_DDF_SRC_LIST_VALUES_HPP_

#include <string>
#include <string_view>
#include <vector>

namespace cspkit::ddf {

/// The delimiter that is meant: "0xF000" and "\xF000" name a character by its number, anything else
/// is itself.
std::string list_delimiter(std::string_view as_written);

/// The elements of a list. An empty text has none; one delimiter at the end is no further element;
/// with an empty delimiter the text is one element.
std::vector<std::string_view> split_list(std::string_view text, std::string_view delimiter);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_LIST_VALUES_HPP_

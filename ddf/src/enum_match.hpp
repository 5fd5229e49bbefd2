// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_DDF_SRC_ENUM_MATCH_HPP_
#define CSPKIT_DDF_SRC_ENUM_MATCH_HPP_

#include <cspkit/ddf/schema.hpp>
#include <string_view>

namespace cspkit::ddf {

/// True when `text` is the listed value, in a node of that format. int: the numbers are equal,
/// decimal or hex. bool: the truths are equal. Else the texts are, letter by letter: nothing
/// published says that Windows ignores case there.
bool same_value(Format format, std::string_view listed, std::string_view text);

/// True when the node's own ENUM (or Flag) lists the text.
bool enum_lists(const Node& node, std::string_view text);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_ENUM_MATCH_HPP_

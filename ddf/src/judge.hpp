// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_DDF_SRC_JUDGE_HPP_
#define CSPKIT_DDF_SRC_JUDGE_HPP_

#include <cspkit/ddf/schema.hpp>
#include <string_view>

namespace cspkit::ddf {

/// Holds the data of a value of `node` against AllowedValues that need not be the node's own.
Status judge(const Node& node, const AllowedValues& allowed, std::string_view text);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_JUDGE_HPP_

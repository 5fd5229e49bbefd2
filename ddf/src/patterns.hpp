// SPDX-License-Identifier: Apache-2.0
// What AllowedValues compile to. Each distinct pattern is compiled once, when first needed.
#ifndef CSPKIT_DDF_SRC_PATTERNS_HPP_
#define CSPKIT_DDF_SRC_PATTERNS_HPP_

namespace cspkit::ddf {

class Patterns {};

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_PATTERNS_HPP_

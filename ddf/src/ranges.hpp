// SPDX-License-Identifier: Apache-2.0
// The text of a Range: "[0-5]", "[(-1)-4294967295]", "[1,4320]", "[0-1],[5]", 64-bit signed.
#ifndef CSPKIT_DDF_SRC_RANGES_HPP_
#define CSPKIT_DDF_SRC_RANGES_HPP_

#include <cstdint>
#include <string_view>
#include <vector>

namespace cspkit::ddf {

struct Interval {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

/// Appends the intervals of `text`. False when it is not understood.
bool parse_range(std::string_view text, std::vector<Interval>& out);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_RANGES_HPP_

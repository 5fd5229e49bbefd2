// SPDX-License-Identifier: Apache-2.0
// Deadlines of updates.
#ifndef CSPKIT_ODT_DATES_HPP_
#define CSPKIT_ODT_DATES_HPP_

#include <cstdint>
#include <string_view>

namespace cspkit::odt {

/// "MM/DD/YYYY HH:MM", UTC, to seconds since 1970. False when it is no such date.
[[nodiscard]] bool read_deadline(std::string_view text, std::int64_t& seconds);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_DATES_HPP_

// SPDX-License-Identifier: Apache-2.0
// Descriptions are long and rarely wanted: those of files on disk are read again when asked for.
#ifndef CSPKIT_DDF_SRC_DESCRIPTIONS_HPP_
#define CSPKIT_DDF_SRC_DESCRIPTIONS_HPP_

#include <cstdint>
#include <string>
#include <vector>

namespace cspkit::ddf {

/// The descriptions of a DDF file, in the order of its Node elements. Empty when the file is gone
/// or no longer the one that was loaded.
std::vector<std::string> read_descriptions(const std::string& path, std::uint64_t size,
                                           std::uint64_t stamp);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_DESCRIPTIONS_HPP_

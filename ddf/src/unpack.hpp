// SPDX-License-Identifier: Apache-2.0
// A compiled schema back into trees, for when it is not the only source.
#ifndef CSPKIT_DDF_SRC_UNPACK_HPP_
#define CSPKIT_DDF_SRC_UNPACK_HPP_

#include <cstdint>
#include <vector>

#include "reader.hpp"
#include "schema_data.hpp"

namespace cspkit::ddf {

/// The trees of `from`, in terms of `pools`; its files become those from number `first_file` on,
/// the one without a name left out, and are appended to `files`. kNotDdf
/// when they need more room than `from` takes, which only a forged file does.
Result<std::vector<TreeDraft>> unpack(const SchemaData& from, Pools& pools,
                                      std::vector<FileRecord>& files);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_UNPACK_HPP_

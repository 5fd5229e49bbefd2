// SPDX-License-Identifier: Apache-2.0
// Many trees into one: grafting, numbering, the table of whole paths.
#ifndef CSPKIT_DDF_SRC_BUILD_HPP_
#define CSPKIT_DDF_SRC_BUILD_HPP_

#include <memory>
#include <vector>

#include "reader.hpp"
#include "schema_data.hpp"

namespace cspkit::ddf {

/// Merges `trees` (no two of one key) into `data`, which has its files already. What is in the
/// pools is not copied: the schema takes it as it lies there.
void build_schema(const std::vector<const TreeDraft*>& trees, Pools& pools, SchemaData& data);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_BUILD_HPP_

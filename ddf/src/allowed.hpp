// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_DDF_SRC_ALLOWED_HPP_
#define CSPKIT_DDF_SRC_ALLOWED_HPP_

#include <cspkit/ddf/schema.hpp>

#include "schema_data.hpp"

namespace cspkit::ddf {

/// Unpacks an AllowedValues tuple; of 0, none.
AllowedValues read_allowed(const SchemaData& data, Ref ref);
/// The same for the other tuples: of 0, none.
std::vector<DependencyGroup> read_dependencies(const SchemaData& data, Ref ref);
std::vector<ErrorResult> read_errors(const SchemaData& data, Ref ref);
std::vector<Extension> read_extensions(const SchemaData& data, Ref ref);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_ALLOWED_HPP_

// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_DDF_SRC_ALLOWED_HPP_
#define CSPKIT_DDF_SRC_ALLOWED_HPP_

#include <cspkit/ddf/schema.hpp>

#include "schema_data.hpp"

namespace cspkit::ddf {

/// Unpacks an AllowedValues tuple; of 0, none.
AllowedValues read_allowed(const SchemaData& data, Ref ref);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_ALLOWED_HPP_

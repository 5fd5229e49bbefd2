// SPDX-License-Identifier: Apache-2.0
// cspkit/ddf/lint.hpp: what an author of DDF files wants to be told beyond what reading them shows.
#ifndef CSPKIT_DDF_LINT_HPP_
#define CSPKIT_DDF_LINT_HPP_

#include <cspkit/ddf/loader.hpp>
#include <cspkit/ddf/schema.hpp>
#include <cspkit/export.hpp>
#include <vector>

namespace cspkit::ddf {

/// Judges every node of a Schema: compiles all patterns and XML schemas, reads all ranges, flags,
/// lists, versions and editions, holds each DefaultValue against the node's own format and
/// AllowedValues, and follows each dependency. Codes D401 to D414 (ddf/README.md). Nothing found
/// here changes what the engine does, except as the texts say. In order of files and lines; at most
/// 1000 per file (then D090). May be called from any thread.
CSPKIT_API std::vector<Finding> lint(const Schema& schema);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_LINT_HPP_

// SPDX-License-Identifier: Apache-2.0
// cspkit/ddf/doc.hpp: the reference page of a CSP, in the form of Microsoft's published pages.
#ifndef CSPKIT_DDF_DOC_HPP_
#define CSPKIT_DDF_DOC_HPP_

#include <cspkit/ddf/schema.hpp>
#include <cspkit/export.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::ddf {

/// Names of the CSPs of a Schema (last segments of its roots), each once, sorted.
CSPKIT_API std::vector<std::string> doc_subjects(const Schema& schema);

/// The Markdown page of the CSP with that root name, in any case of letters: the list of its nodes,
/// device before user, and for each node scope, applicability, OMA-URI, description, properties and
/// allowed values, between the same comment marks that the published pages have. "" when no root
/// has the name. What a page says beyond the DDF (overview, examples) is not in it.
CSPKIT_API std::string doc_page(const Schema& schema, std::string_view csp);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_DOC_HPP_

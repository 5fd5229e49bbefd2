// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_DDF_SRC_XSD_SIZE_HPP_
#define CSPKIT_DDF_SRC_XSD_SIZE_HPP_

#include <libxml/tree.h>

#include <string>
#include <string_view>

namespace cspkit::ddf {

/// Why an XML schema is too large to be compiled in bounded time and memory, "" when it is not.
/// libxml2 writes out every reference to a group, and its work grows with the cube of a content
/// model: a few lines of groups of groups would take all memory there is. Published schemas have
/// models of at most some dozen particles.
std::string xsd_too_large(const xmlNode* schema);

/// Takes the pattern facets out of a schema that libxml2 might try for minutes on one value: it
/// backtracks, and knows no limit. Kept are those without a repeated group, with one "*" or "+" and
/// a few thousand ways at most. Returns the first one that was taken out, "" when none was.
std::string drop_costly_patterns(xmlNode* schema);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_XSD_SIZE_HPP_

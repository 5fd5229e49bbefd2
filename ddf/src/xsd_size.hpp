// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_DDF_SRC_XSD_SIZE_HPP_
#define CSPKIT_DDF_SRC_XSD_SIZE_HPP_

#include <libxml/tree.h>

#include <string>

namespace cspkit::ddf {

/// Why an XML schema is too large to be compiled in bounded time and memory, "" when it is not.
/// libxml2 writes out every reference to a group, and its work grows with the cube of a content
/// model: a few lines of groups of groups would take all memory there is. Published schemas have
/// models of at most some dozen particles.
std::string xsd_too_large(const xmlNode* schema);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_XSD_SIZE_HPP_

// SPDX-License-Identifier: Apache-2.0
// Pieces of a written document.
#ifndef CSPKIT_ODT_XML_WRITE_HPP_
#define CSPKIT_ODT_XML_WRITE_HPP_

#include <cspkit/odt/xml.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace cspkit::odt {

/// Each on a line of its own.
void append_asides(std::string& out, const Asides& asides, std::size_t level);
/// A blank, then name="value".
void append_attribute(std::string& out, std::string_view name, std::string_view value);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_XML_WRITE_HPP_

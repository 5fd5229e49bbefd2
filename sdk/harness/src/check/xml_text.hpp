// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_CHECK_XML_TEXT_HPP_
#define CSPKIT_HARNESS_CHECK_XML_TEXT_HPP_

#include <string>
#include <string_view>

namespace cspkit::harness::check {

/// For an attribute or text of XML 1.0 in UTF-8: what it cannot hold becomes question marks.
std::string xml_text(std::string_view text);

}  // namespace cspkit::harness::check

#endif  // CSPKIT_HARNESS_CHECK_XML_TEXT_HPP_

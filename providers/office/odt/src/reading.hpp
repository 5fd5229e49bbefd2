// SPDX-License-Identifier: Apache-2.0
// From elements to a Configuration. Says what of the document has no place in one, and what is
// spelled oddly; what the values mean is judged by judge.hpp.
#ifndef CSPKIT_ODT_READING_HPP_
#define CSPKIT_ODT_READING_HPP_

#include <cspkit/odt/configuration.hpp>

#include "findings.hpp"

namespace cspkit::odt {

/// False when the document is no configuration of the Deployment Tool: findings say why, and
/// `configuration` stays empty. The document is used up.
[[nodiscard]] bool read_configuration(XmlDocument& document, Configuration& configuration,
                                      Findings& findings);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_READING_HPP_

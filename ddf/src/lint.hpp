// SPDX-License-Identifier: Apache-2.0
// The parts of the linter (cspkit/ddf/lint.hpp).
#ifndef CSPKIT_DDF_SRC_LINT_HPP_
#define CSPKIT_DDF_SRC_LINT_HPP_

#include <cspkit/ddf/lint.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace cspkit::ddf {

/// Takes a finding about the node at hand.
using Report = std::function<void(Severity severity, std::string_view code, std::string text)>;

/// Judges AllowedValues of `node`, its own or those of a dependency; `what` names them in texts.
void lint_allowed(const Node& node, const AllowedValues& allowed, const std::string& what,
                  const Report& report);

/// Holds the DefaultValue of `node` against its format and its own AllowedValues.
void lint_default(const Node& node, const Report& report);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_LINT_HPP_

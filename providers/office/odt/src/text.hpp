// SPDX-License-Identifier: Apache-2.0
// Words of a document, made fit for messages.
#ifndef CSPKIT_ODT_TEXT_HPP_
#define CSPKIT_ODT_TEXT_HPP_

#include <cspkit/odt/configuration.hpp>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace cspkit::odt {

using Names = std::span<const std::string_view>;

/// The one of the names that is equal but for case; empty when there is none.
std::string_view known_spelling(Names names, std::string_view name);

/// True when `names` holds exactly that name.
bool holds(Names names, std::string_view name);

/// The name that was probably meant: equal but for case, or a slip or two away. Empty when nothing
/// is near.
std::string_view nearest(Names names, std::string_view name);

/// ": did you mean 'X'?", or nothing.
std::string did_you_mean(std::string_view suggestion);

/// "A, B and C".
std::string listed(Names names);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_TEXT_HPP_

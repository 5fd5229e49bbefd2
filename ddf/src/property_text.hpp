// SPDX-License-Identifier: Apache-2.0
// Words of DDF for the values of a Schema.
#ifndef CSPKIT_DDF_SRC_PROPERTY_TEXT_HPP_
#define CSPKIT_DDF_SRC_PROPERTY_TEXT_HPP_

#include <cspkit/ddf/schema.hpp>
#include <string>
#include <string_view>

namespace cspkit::ddf {

std::string access_text(std::uint32_t access);  ///< "Add, Delete, Get"
std::string_view naming_text(Naming naming);
std::string_view value_type_text(ValueType type);
std::string allowed_text(const AllowedValues& allowed);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_PROPERTY_TEXT_HPP_

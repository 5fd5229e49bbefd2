// SPDX-License-Identifier: Apache-2.0
// Values with a syntax of their own: ADMX policies, security descriptors, JSON.
#ifndef CSPKIT_DDF_SRC_PAYLOADS_HPP_
#define CSPKIT_DDF_SRC_PAYLOADS_HPP_

#include <string>
#include <string_view>

namespace cspkit::ddf {

/// "" when the text is the payload of an ADMX-backed policy, else why not: one <enabled/> or
/// <disabled/>, then <data id="" value=""/> elements; names in any case of letters.
std::string admx_problem(std::string_view text);
/// The same for the syntax of SDDL ("O:BAG:SYD:PAI(A;;FA;;;SY)"); that its names exist is not
/// judged.
std::string sddl_problem(std::string_view text);
/// The same for well-formed JSON. Always "" when the library was built without JSON.
std::string json_problem(std::string_view text);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_PAYLOADS_HPP_

// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_OFFICE_PROCESS_AUTHENTICODE_HPP_
#define CSPKIT_OFFICE_PROCESS_AUTHENTICODE_HPP_

#include <string_view>

#include "signature.hpp"

namespace cspkit::office::process {

/// Checks the Authenticode signature of a PE file. With an RFC 3161 time stamp that itself holds,
/// the certificates need only have been valid when it was signed.
Verdict verify_authenticode(std::string_view image, const TrustPolicy& policy);

}  // namespace cspkit::office::process

#endif  // CSPKIT_OFFICE_PROCESS_AUTHENTICODE_HPP_

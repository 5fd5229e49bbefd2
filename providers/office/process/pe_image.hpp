// SPDX-License-Identifier: Apache-2.0
// The parts of a PE file that matter to its Authenticode signature. Layout: Microsoft, "PE Format"
// and "Windows Authenticode Portable Executable Signature Format".
#ifndef CSPKIT_OFFICE_PROCESS_PE_IMAGE_HPP_
#define CSPKIT_OFFICE_PROCESS_PE_IMAGE_HPP_

#include <array>
#include <string>
#include <string_view>

namespace cspkit::office::process {

struct PeSignature {
  std::string_view pkcs7;  ///< DER, perhaps with padding behind it
  /// What the digest covers: everything but the checksum, the table's entry in the header and the
  /// table of certificates itself.
  std::array<std::string_view, 3> covered;
};

/// Finds the signature. Views into `image`. Empty when there is one, else why there is none.
std::string find_pe_signature(std::string_view image, PeSignature& signature);

}  // namespace cspkit::office::process

#endif  // CSPKIT_OFFICE_PROCESS_PE_IMAGE_HPP_

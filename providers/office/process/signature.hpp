// SPDX-License-Identifier: Apache-2.0
// Is this file what its publisher made, and is it a publisher we trust? Two questions, asked one
// after the other: the signature (13), then the chain of certificates (a code of its own).
#ifndef CSPKIT_OFFICE_PROCESS_SIGNATURE_HPP_
#define CSPKIT_OFFICE_PROCESS_SIGNATURE_HPP_

#include <cstdint>
#include <string>

namespace cspkit::office::process {

enum class SignatureKind : std::uint8_t {
  kAuthenticode,  ///< in the PE file
  kCms            ///< detached, in a file of its own (DER or PEM)
};

struct TrustPolicy {
  SignatureKind kind = SignatureKind::kAuthenticode;
  std::string roots;   ///< PEM file of the certificates to trust
  std::string signer;  ///< common name the signer's certificate must have; empty: any
  /// UTC, seconds since 1970: the time at which certificates must be valid, unless the signature
  /// brings a time stamp.
  std::int64_t now = 0;
};

struct Verdict {
  std::int32_t status = 0;  ///< 0, 13, or a code of certificate_codes.hpp
  std::string text;         ///< who signed it, or why it is refused
};

/// `signature` is the detached signature's file; unused for Authenticode. Never throws away files.
Verdict verify_signature(const std::string& file, const std::string& signature,
                         const TrustPolicy& policy);

}  // namespace cspkit::office::process

#endif  // CSPKIT_OFFICE_PROCESS_SIGNATURE_HPP_

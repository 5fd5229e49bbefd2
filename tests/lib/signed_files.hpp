// SPDX-License-Identifier: Apache-2.0
// Signed programs for tests.
#ifndef CSPKIT_TESTS_LIB_SIGNED_FILES_HPP_
#define CSPKIT_TESTS_LIB_SIGNED_FILES_HPP_

#include <string>

#include "pki.hpp"

namespace cspkit::test {

struct CmsOptions {
  const EVP_MD* digest = EVP_sha256();
  Identity intermediate;  ///< with a certificate: it is put beside the signer's
};
/// A detached CMS signature, DER.
std::string cms_signature(const std::string& content, const Identity& signer,
                          const CmsOptions& options = {});

/// A PE file too small for Windows but whole to a verifier: headers of kPeHeaderSize bytes, then
/// the payload.
inline constexpr std::size_t kPeHeaderSize = 512;
std::string pe_file(const std::string& payload, bool is_64_bit = true);

struct AuthenticodeOptions {
  const EVP_MD* digest = EVP_sha256();
  Identity time_stamper;           ///< with a certificate: an RFC 3161 time stamp is added
  std::int64_t stamped_at = 0;     ///< UTC, seconds since 1970
  bool stamp_other_bytes = false;  ///< the stamp is of something else
};
/// The PE file with an Authenticode signature, as osslsigncode or signtool add it.
std::string authenticode(std::string pe, const Identity& signer,
                         const AuthenticodeOptions& options = {});

}  // namespace cspkit::test

#endif  // CSPKIT_TESTS_LIB_SIGNED_FILES_HPP_

// SPDX-License-Identifier: Apache-2.0
// What a certificate chain is refused for, as Windows says it: HRESULTs of the range 0x800Bxxxx,
// which the node Status passes on (Microsoft's "Office CSP" page: "error code of
// CertVerifyCertificateChainPolicy").
#ifndef CSPKIT_OFFICE_PROCESS_CERTIFICATE_CODES_HPP_
#define CSPKIT_OFFICE_PROCESS_CERTIFICATE_CODES_HPP_

#include <cstdint>

namespace cspkit::office::process {

constexpr std::int32_t hresult(std::uint32_t code) { return static_cast<std::int32_t>(code); }

inline constexpr std::int32_t kInvalidSignature = 13;  ///< ERROR_INVALID_DATA
inline constexpr std::int32_t kDownloadFailed = 1460;  ///< ERROR_TIMEOUT
inline constexpr std::int32_t kCertExpired = hresult(0x800B0101);
inline constexpr std::int32_t kCertUntrustedRoot = hresult(0x800B0109);
inline constexpr std::int32_t kCertChaining = hresult(0x800B010A);
inline constexpr std::int32_t kCertTrustFail = hresult(0x800B010B);
inline constexpr std::int32_t kCertRevoked = hresult(0x800B010C);
inline constexpr std::int32_t kCertNameMismatch = hresult(0x800B010F);
inline constexpr std::int32_t kCertWrongUsage = hresult(0x800B0110);
inline constexpr std::int32_t kCertBasicConstraints = hresult(0x80096019);

/// Of an X509_V_ERR_... of OpenSSL that is not X509_V_OK.
std::int32_t certificate_code(long openssl_error);  // NOLINT(google-runtime-int): OpenSSL's type

}  // namespace cspkit::office::process

#endif  // CSPKIT_OFFICE_PROCESS_CERTIFICATE_CODES_HPP_

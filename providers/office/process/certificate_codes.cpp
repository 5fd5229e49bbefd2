// SPDX-License-Identifier: Apache-2.0
#include "certificate_codes.hpp"

#include <openssl/x509_vfy.h>

namespace cspkit::office::process {

std::int32_t certificate_code(long openssl_error) {  // NOLINT(google-runtime-int)
  switch (openssl_error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return kCertExpired;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return kCertUntrustedRoot;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return kCertChaining;
    case X509_V_ERR_CERT_REVOKED:
      return kCertRevoked;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return kCertNameMismatch;
    case X509_V_ERR_INVALID_PURPOSE:
      return kCertWrongUsage;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_INVALID_NON_CA:
      return kCertBasicConstraints;
    default:
      return kCertTrustFail;
  }
}

}  // namespace cspkit::office::process

// SPDX-License-Identifier: Apache-2.0
// Certificates for tests, made when they are needed: nothing expires in the repository.
#ifndef CSPKIT_TESTS_LIB_PKI_HPP_
#define CSPKIT_TESTS_LIB_PKI_HPP_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <string>

namespace cspkit::test {

/// A certificate with its key. Copies share them.
struct Identity {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;

  std::string pem() const;      ///< the certificate
  std::string key_pem() const;  ///< the key, in plain
};

enum class Purpose : std::uint8_t { kAuthority, kServer, kCode, kTimeStamp, kAny };

struct CertificateOptions {
  std::string name = "localhost";  ///< common name; of a server also its DNS name, beside 127.0.0.1
  Purpose purpose = Purpose::kServer;
  std::int64_t from = -86'400;  ///< validity, seconds from now
  std::int64_t to = 86'400;
};

/// Issued by `issuer`, or by itself when that has no certificate. P-256.
Identity make_certificate(const CertificateOptions& options, const Identity& issuer = {});
inline Identity make_authority(const std::string& name) {
  CertificateOptions options;
  options.name = name;
  options.purpose = Purpose::kAuthority;
  options.from = -10 * 365 * 86'400LL;
  options.to = 365 * 86'400LL;
  return make_certificate(options);
}

}  // namespace cspkit::test

#endif  // CSPKIT_TESTS_LIB_PKI_HPP_

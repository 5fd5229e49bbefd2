// SPDX-License-Identifier: Apache-2.0
#include "pki.hpp"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace cspkit::test {
namespace {

void need(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  need(extension != nullptr, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

template <typename F>
std::string written(F write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  need(bio != nullptr && write(bio.get()) == 1, "PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);  // NOLINT(google-runtime-int)
  return {data, static_cast<std::size_t>(size)};
}

const char* usage_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::kServer:
      return "serverAuth";
    case Purpose::kCode:
      return "codeSigning";
    case Purpose::kTimeStamp:
      return "critical,timeStamping";
    default:
      return nullptr;
  }
}

}  // namespace

std::string Identity::pem() const {
  return written([this](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
}

std::string Identity::key_pem() const {
  return written([this](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

Identity make_certificate(const CertificateOptions& options, const Identity& issuer) {
  Identity made;
  made.key.reset(EVP_EC_gen("P-256"), EVP_PKEY_free);
  made.certificate.reset(X509_new(), X509_free);
  need(made.key && made.certificate, "a key");
  X509* certificate = made.certificate.get();
  X509* signer = issuer.certificate ? issuer.certificate.get() : certificate;
  X509_set_version(certificate, 2);
  std::uint64_t serial = 0;
  need(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) == 1, "random bytes");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), options.from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), options.to);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(options.name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  const bool authority = options.purpose == Purpose::kAuthority;
  extend(certificate, signer, NID_basic_constraints,
         authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(certificate, signer, NID_subject_key_identifier, "hash");
  if (const char* usage = usage_of(options.purpose)) {
    extend(certificate, signer, NID_ext_key_usage, usage);
  }
  if (options.purpose == Purpose::kServer) {
    std::string names = "DNS:" + options.name;
    if (options.name == "localhost") names += ",IP:127.0.0.1";
    extend(certificate, signer, NID_subject_alt_name, names);
  }
  EVP_PKEY* key = issuer.key ? issuer.key.get() : made.key.get();
  need(X509_sign(certificate, key, EVP_sha256()) != 0, "signing a certificate");
  return made;
}

}  // namespace cspkit::test

// SPDX-License-Identifier: Apache-2.0
#include "cms_sealer.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <climits>

#include "openssl_types.hpp"

namespace cspkit::office::collect {
namespace {

using process::Bio;
using process::BorrowedCertificates;
using process::Cms;
using process::Free;
using Certificate = std::unique_ptr<X509, Free<&X509_free>>;

bool refuse(std::string& error, const std::string& text) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  error = reason != nullptr ? text + ": " + reason : text;
  ERR_clear_error();
  return false;
}

}  // namespace

bool CmsSealer::seal(std::string& archive, std::string& error) const {
  ERR_clear_error();
  const Bio file(BIO_new_file(certificate_.c_str(), "rb"));
  const Certificate reader(file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr)
                                : nullptr);
  if (!reader) return refuse(error, certificate_ + ": is no certificate in PEM");
  const BorrowedCertificates readers(sk_X509_new_null());
  if (!readers || sk_X509_push(readers.get(), reader.get()) <= 0 || archive.size() > INT_MAX) {
    return refuse(error, "the archive cannot be encrypted");
  }
  const Bio plain(BIO_new_mem_buf(archive.data(), static_cast<int>(archive.size())));
  const Cms sealed(plain ? CMS_encrypt(readers.get(), plain.get(), EVP_aes_256_cbc(), CMS_BINARY)
                         : nullptr);
  const Bio out(BIO_new(BIO_s_mem()));
  if (!sealed || !out || i2d_CMS_bio(out.get(), sealed.get()) != 1) {
    return refuse(error, certificate_ + ": nothing can be encrypted for it");
  }
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  archive.assign(bytes, static_cast<std::size_t>(size));
  return true;
}

}  // namespace cspkit::office::collect

// SPDX-License-Identifier: Apache-2.0
#include "signature.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <cstring>

#include "authenticode.hpp"
#include "certificate_codes.hpp"
#include "chain.hpp"
#include "run_files.hpp"

namespace cspkit::office::process {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 30;
constexpr std::size_t kLargestSignature = std::size_t{1} << 20;

Cms parse_cms(const std::string& text) {
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) return {};
  const bool pem = text.find("-----BEGIN") != std::string::npos;
  return Cms(pem ? PEM_read_bio_CMS(bio.get(), nullptr, nullptr, nullptr)
                 : d2i_CMS_bio(bio.get(), nullptr));
}

Verdict verify_cms(const std::string& content, const std::string& signature,
                   const TrustPolicy& policy) {
  std::string text;
  if (const int error = read_file(signature, kLargestSignature, text)) {
    return {kInvalidSignature, signature + ": " + std::strerror(error)};
  }
  const Cms cms = parse_cms(text);
  if (!cms) return {kInvalidSignature, "the detached signature is no CMS"};
  if (!has_strong_digests(cms.get())) {
    return {kInvalidSignature, "its signature uses a digest that is unknown or too weak"};
  }
  const Bio data(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
  constexpr unsigned kFlags = CMS_DETACHED | CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY;
  if (!data || CMS_verify(cms.get(), nullptr, nullptr, data.get(), nullptr, kFlags) != 1) {
    return {kInvalidSignature, "the signature does not fit the file"};
  }
  const BorrowedCertificates signers(CMS_get0_signers(cms.get()));
  const Certificates others(CMS_get1_certs(cms.get()));
  if (!signers || sk_X509_num(signers.get()) < 1) return {kInvalidSignature, "nobody signed it"};
  Verdict verdict;
  for (int i = 0; i < sk_X509_num(signers.get()) && verdict.status == 0; ++i) {
    verdict =
        check_chain(sk_X509_value(signers.get(), i), others.get(), policy, Usage::kCodeSigning);
  }
  return verdict;
}

}  // namespace

Verdict verify_signature(const std::string& file, const std::string& signature,
                         const TrustPolicy& policy) {
  std::string content;
  if (const int error = read_file(file, kLargestFile + 1, content)) {
    return {kInvalidSignature, file + ": " + std::strerror(error)};
  }
  if (content.size() > kLargestFile) {
    return {kInvalidSignature, file + " is larger than 1 GiB"};
  }
  ERR_clear_error();
  Verdict verdict = policy.kind == SignatureKind::kCms ? verify_cms(content, signature, policy)
                                                       : verify_authenticode(content, policy);
  ERR_clear_error();
  return verdict;
}

}  // namespace cspkit::office::process

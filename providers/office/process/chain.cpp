// SPDX-License-Identifier: Apache-2.0
#include "chain.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <optional>

#include "certificate_codes.hpp"

namespace cspkit::office::process {
namespace {

// As Windows has it: a certificate without extended key usage (then all bits are set) may be used
// for anything, one with it must name ours, or all.
bool may_lead_to(X509* certificate, Usage usage) {
  const std::uint32_t wanted = usage == Usage::kCodeSigning ? XKU_CODE_SIGN : XKU_TIMESTAMP;
  return (X509_get_extended_key_usage(certificate) & (wanted | XKU_ANYEKU)) != 0;
}

bool may_sign(X509* certificate, Usage usage) {
  // Absent, all bits are set.
  const std::uint32_t key = X509_get_key_usage(certificate);
  if (usage == Usage::kCodeSigning) {
    return (key & KU_DIGITAL_SIGNATURE) != 0 && may_lead_to(certificate, usage);
  }
  // A stamper is for stamps and nothing else (RFC 3161, 2.3): else every publisher could date back.
  return (key & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0 &&
         (X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) != 0 &&
         X509_get_extended_key_usage(certificate) == XKU_TIMESTAMP;
}

// The trusted certificate at the end may be for what it likes: it was chosen by a person.
bool chain_may_be_used(const STACK_OF(X509) * chain, X509* signer, Usage usage) {
  if (!may_sign(signer, usage)) return false;
  for (int i = 1; i + 1 < sk_X509_num(chain); ++i) {
    if (!may_lead_to(sk_X509_value(chain, i), usage)) return false;
  }
  return true;
}

// The one common name, byte for byte; nothing when there is none, several, or a NUL in it.
std::optional<std::string> common_name(X509* certificate) {
  const X509_NAME* name = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0) return {};
  unsigned char* bytes = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&bytes, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  if (text.find('\0') != std::string::npos) return {};
  return text;
}

std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  }
  return text;
}

}  // namespace

bool is_strong(const EVP_MD* digest) {
  const int type = digest == nullptr ? NID_undef : EVP_MD_get_type(digest);
  return type == NID_sha256 || type == NID_sha384 || type == NID_sha512;
}

bool has_strong_digests(CMS_ContentInfo* cms) {
  const STACK_OF(CMS_SignerInfo)* infos = CMS_get0_SignerInfos(cms);
  for (int i = 0; i < sk_CMS_SignerInfo_num(infos); ++i) {
    X509_ALGOR* digest = nullptr;
    CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(infos, i), nullptr, nullptr, &digest, nullptr);
    if (digest == nullptr || !is_strong(EVP_get_digestbyobj(digest->algorithm))) return false;
  }
  return true;
}

Verdict check_chain(X509* signer, STACK_OF(X509) * others, const TrustPolicy& policy, Usage usage) {
  ERR_clear_error();
  const Store store(X509_STORE_new());
  const StoreContext context(X509_STORE_CTX_new());
  if (!store || !context) return {kCertTrustFail, "out of memory"};
  if (X509_STORE_load_file(store.get(), policy.roots.c_str()) != 1) {
    ERR_clear_error();
    return {kCertUntrustedRoot, "no trusted certificates can be read from " + policy.roots};
  }
  if (X509_STORE_CTX_init(context.get(), store.get(), signer, others) != 1) {
    return {kCertTrustFail, "out of memory"};
  }
  X509_VERIFY_PARAM* how = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(how, static_cast<std::time_t>(policy.now));
  // An intermediate certificate may be the one that is trusted.
  X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_PARTIAL_CHAIN);
  // No MD5 or SHA-1 but in the trusted certificate's own signature, no RSA below 1024 bits.
  X509_VERIFY_PARAM_set_auth_level(how, 1);
  const bool good = X509_verify_cert(context.get()) == 1;
  const int error = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  const std::optional<std::string> name = common_name(signer);
  const std::string who = name ? "'" + printable(*name) + "'" : "somebody without a clear name";
  if (!good) {
    return {certificate_code(error),
            "the certificate of " + who + " is refused: " + X509_verify_cert_error_string(error)};
  }
  if (!chain_may_be_used(X509_STORE_CTX_get0_chain(context.get()), signer, usage)) {
    return {kCertWrongUsage, "the certificate of " + who + ", or one above it, is not for " +
                                 (usage == Usage::kCodeSigning ? "signing code" : "time stamps")};
  }
  if (usage == Usage::kCodeSigning && !policy.signer.empty() && name != policy.signer) {
    return {kCertNameMismatch, "signed by " + who + ", not by '" + policy.signer + "'"};
  }
  return {0, "signed by " + who};
}

}  // namespace cspkit::office::process

// SPDX-License-Identifier: Apache-2.0
#include "chain.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "certificate_codes.hpp"

namespace cspkit::office::process {
namespace {

// As Windows has it: a certificate without extended key usage (then all bits are set) may be used
// for anything, one with it must name ours.
bool may_be_used(X509* certificate, Usage usage) {
  const std::uint32_t wanted = usage == Usage::kCodeSigning ? XKU_CODE_SIGN : XKU_TIMESTAMP;
  return (X509_get_extended_key_usage(certificate) & wanted) != 0;
}

}  // namespace

std::string common_name(X509* certificate) {
  char name[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof(name));
  std::string text(name);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  }
  return text;
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
  const bool good = X509_verify_cert(context.get()) == 1;
  const int error = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  const std::string who = "'" + common_name(signer) + "'";
  if (!good) {
    return {certificate_code(error),
            "the certificate of " + who + " is refused: " + X509_verify_cert_error_string(error)};
  }
  if (!may_be_used(signer, usage)) {
    return {kCertWrongUsage, "the certificate of " + who + " is not for " +
                                 (usage == Usage::kCodeSigning ? "signing code" : "time stamps")};
  }
  if (usage == Usage::kCodeSigning && !policy.signer.empty() &&
      common_name(signer) != policy.signer) {
    return {kCertNameMismatch, "signed by " + who + ", not by '" + policy.signer + "'"};
  }
  return {0, "signed by " + who};
}

}  // namespace cspkit::office::process

// SPDX-License-Identifier: Apache-2.0
#include "authenticode.hpp"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/ts.h>

#include <ctime>
#include <string>

#include "certificate_codes.hpp"
#include "chain.hpp"
#include "pe_image.hpp"

namespace cspkit::office::process {
namespace {

constexpr const char* kIndirectData = "1.3.6.1.4.1.311.2.1.4";  // SPC_INDIRECT_DATA_OBJID
constexpr const char* kTimeStamp = "1.3.6.1.4.1.311.3.3.1";     // an RFC 3161 token

bool is_object(const ASN1_OBJECT* object, const char* dotted) {
  const Object wanted(OBJ_txt2obj(dotted, 1));
  return wanted && object != nullptr && OBJ_cmp(object, wanted.get()) == 0;
}

std::string_view view(const unsigned char* data, long size) {  // NOLINT(google-runtime-int)
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}

// One DER element at the front of `rest`, which is moved past it. False when there is none whole.
struct Element {
  int tag = 0;
  std::string_view content;
};
bool take(std::string_view& rest, Element& element) {
  const auto* at = reinterpret_cast<const unsigned char*>(rest.data());
  const auto* start = at;
  long size = 0;  // NOLINT(google-runtime-int)
  int kind = 0;
  const int flags =
      ASN1_get_object(&at, &size, &element.tag, &kind, static_cast<long>(rest.size()));  // NOLINT
  // 0x80: an error; 0x01: a length that is not said, which DER does not know.
  if ((flags & 0x81) != 0) return false;
  element.content = view(at, size);
  rest.remove_prefix(static_cast<std::size_t>(at - start) + static_cast<std::size_t>(size));
  return true;
}

// SpcIndirectDataContent ::= SEQUENCE { data, messageDigest SEQUENCE { SEQUENCE { algorithm OID,
// ...
// }, digest OCTET STRING } }, given its content.
struct Indirect {
  const EVP_MD* algorithm = nullptr;
  std::string_view digest;
};
bool read_indirect(std::string_view content, Indirect& out) {
  Element data, message, algorithm, digest;
  if (!take(content, data) || !take(content, message) || message.tag != V_ASN1_SEQUENCE)
    return false;
  std::string_view inside = message.content;
  if (!take(inside, algorithm) || !take(inside, digest) || digest.tag != V_ASN1_OCTET_STRING) {
    return false;
  }
  const auto* at = reinterpret_cast<const unsigned char*>(algorithm.content.data());
  const Object object(
      d2i_ASN1_OBJECT(nullptr, &at, static_cast<long>(algorithm.content.size())));  // NOLINT
  if (!object) return false;
  out.algorithm = EVP_get_digestbyobj(object.get());
  out.digest = digest.content;
  return true;
}

std::string digest_of(const PeSignature& parts, const EVP_MD* algorithm) {
  const Digest context(EVP_MD_CTX_new());
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  bool good = context && EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1;
  for (const std::string_view part : parts.covered) {
    good = good && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  if (!good || EVP_DigestFinal_ex(context.get(), bytes, &size) != 1) return {};
  return std::string(view(bytes, size));
}

// The signed statement: content of the sequence, without its own header, as the signature covers
// it.
bool statement(const PKCS7* p7, std::string_view& out) {
  if (!PKCS7_type_is_signed(p7) || p7->d.sign == nullptr) return false;
  const PKCS7* content = p7->d.sign->contents;
  if (content == nullptr || !is_object(content->type, kIndirectData)) return false;
  const ASN1_TYPE* any = content->d.other;
  if (any == nullptr || any->type != V_ASN1_SEQUENCE || any->value.sequence == nullptr)
    return false;
  std::string_view der = view(any->value.sequence->data, any->value.sequence->length);
  Element sequence;
  if (!take(der, sequence)) return false;
  out = sequence.content;
  return true;
}

std::int64_t seconds_of(const ASN1_GENERALIZEDTIME* time) {
  std::tm parts{};
  return time != nullptr && ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

// When a time stamp that can be relied on says the file was signed, else 0.
std::int64_t stamped(PKCS7_SIGNER_INFO* signer, const TrustPolicy& policy) {
  const Object oid(OBJ_txt2obj(kTimeStamp, 1));
  const ASN1_TYPE* attribute = nullptr;
  for (int i = 0; i < sk_X509_ATTRIBUTE_num(signer->unauth_attr); ++i) {
    X509_ATTRIBUTE* candidate = sk_X509_ATTRIBUTE_value(signer->unauth_attr, i);
    if (OBJ_cmp(X509_ATTRIBUTE_get0_object(candidate), oid.get()) == 0) {
      attribute = X509_ATTRIBUTE_get0_type(candidate, 0);
    }
  }
  if (attribute == nullptr || attribute->type != V_ASN1_SEQUENCE) return 0;
  const unsigned char* at = attribute->value.sequence->data;
  const Cms token(d2i_CMS_ContentInfo(nullptr, &at, attribute->value.sequence->length));
  const Bio content(BIO_new(BIO_s_mem()));
  if (!token || !content || !has_strong_digests(token.get()) ||
      OBJ_obj2nid(CMS_get0_eContentType(token.get())) != NID_id_smime_ct_TSTInfo ||
      CMS_verify(token.get(), nullptr, nullptr, nullptr, content.get(),
                 CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1) {
    return 0;
  }
  const TimeStamp info(d2i_TS_TST_INFO_bio(content.get(), nullptr));
  if (!info) return 0;
  TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(info.get());
  const EVP_MD* algorithm = EVP_get_digestbyobj(TS_MSG_IMPRINT_get_algo(imprint)->algorithm);
  if (!is_strong(algorithm)) return 0;
  PeSignature stamped_bytes;
  stamped_bytes.covered[0] = view(signer->enc_digest->data, signer->enc_digest->length);
  const ASN1_OCTET_STRING* said = TS_MSG_IMPRINT_get_msg(imprint);
  if (digest_of(stamped_bytes, algorithm) != view(said->data, said->length)) return 0;
  TrustPolicy then = policy;
  then.now = seconds_of(TS_TST_INFO_get_time(info.get()));
  if (then.now == 0 || then.now > policy.now) return 0;
  const BorrowedCertificates signers(CMS_get0_signers(token.get()));
  const Certificates others(CMS_get1_certs(token.get()));
  if (!signers || sk_X509_num(signers.get()) != 1) return 0;
  const Verdict verdict =
      check_chain(sk_X509_value(signers.get(), 0), others.get(), then, Usage::kTimeStamping);
  return verdict.status == 0 ? then.now : 0;
}

}  // namespace

Verdict verify_authenticode(std::string_view image, const TrustPolicy& policy) {
  PeSignature parts;
  if (std::string why = find_pe_signature(image, parts); !why.empty()) {
    return {kInvalidSignature, std::move(why)};
  }
  const auto* at = reinterpret_cast<const unsigned char*>(parts.pkcs7.data());
  const Pkcs7 p7(d2i_PKCS7(nullptr, &at, static_cast<long>(parts.pkcs7.size())));  // NOLINT
  // What follows it nobody signed: only padding to a multiple of 8 may.
  const std::string_view behind =
      p7 ? parts.pkcs7.substr(static_cast<std::size_t>(
               at - reinterpret_cast<const unsigned char*>(parts.pkcs7.data())))
         : std::string_view();
  if (behind.size() > 7 || behind.find_first_not_of('\0') != std::string_view::npos) {
    return {kInvalidSignature, "something stands behind its signature"};
  }
  std::string_view said;
  Indirect indirect;
  if (!p7 || !statement(p7.get(), said) || !read_indirect(said, indirect)) {
    return {kInvalidSignature, "its signature is no Authenticode"};
  }
  if (!is_strong(indirect.algorithm)) {
    return {kInvalidSignature, "its signature uses a digest that is unknown or too weak"};
  }
  if (digest_of(parts, indirect.algorithm) != indirect.digest) {
    return {kInvalidSignature, "the file was changed after it was signed"};
  }
  const STACK_OF(PKCS7_SIGNER_INFO)* infos = PKCS7_get_signer_info(p7.get());
  if (sk_PKCS7_SIGNER_INFO_num(infos) != 1) return {kInvalidSignature, "it has not one signer"};
  // Asked here, because PKCS7_verify leaks memory when it meets a digest it does not know.
  const STACK_OF(X509_ALGOR)* digests = p7->d.sign->md_algs;
  if (sk_X509_ALGOR_num(digests) != 1 ||
      !is_strong(EVP_get_digestbyobj(sk_X509_ALGOR_value(digests, 0)->algorithm))) {
    return {kInvalidSignature, "its signature uses a digest that is unknown or too weak"};
  }
  const Bio content(BIO_new_mem_buf(said.data(), static_cast<int>(said.size())));
  if (!content ||
      PKCS7_verify(p7.get(), nullptr, nullptr, content.get(), nullptr, PKCS7_NOVERIFY) != 1) {
    return {kInvalidSignature, "its signature does not hold"};
  }
  const BorrowedCertificates signers(PKCS7_get0_signers(p7.get(), nullptr, 0));
  if (!signers || sk_X509_num(signers.get()) != 1) return {kInvalidSignature, "nobody signed it"};
  TrustPolicy then = policy;
  if (const std::int64_t time = stamped(sk_PKCS7_SIGNER_INFO_value(infos, 0), policy); time != 0) {
    then.now = time;
  }
  return check_chain(sk_X509_value(signers.get(), 0), p7->d.sign->cert, then, Usage::kCodeSigning);
}

}  // namespace cspkit::office::process

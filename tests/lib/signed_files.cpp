// SPDX-License-Identifier: Apache-2.0
#include "signed_files.hpp"

#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace cspkit::test {
namespace {

constexpr std::size_t kPeHeaderAt = 64;
constexpr std::size_t kOptionalAt = kPeHeaderAt + 24;

void need(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

void put(std::string& image, std::size_t at, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    image[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * i) & 0xFF);
  }
}

std::size_t security_entry(const std::string& image) {
  const bool is_64_bit = image[kOptionalAt + 1] == 2;
  return kOptionalAt + (is_64_bit ? 112U : 96U) + 4 * 8;
}

std::string digest_of(std::string_view bytes, const EVP_MD* digest) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  need(EVP_Digest(bytes.data(), bytes.size(), out, &size, digest, nullptr) == 1, "a digest");
  return {reinterpret_cast<const char*>(out), size};
}

std::string der(char tag, const std::string& content) {
  std::string out(1, tag);
  if (content.size() < 128) {
    out += static_cast<char>(content.size());
  } else {
    out += static_cast<char>(0x82);
    out += static_cast<char>(content.size() >> 8);
    out += static_cast<char>(content.size() & 0xFF);
  }
  return out + content;
}

std::string der_object(ASN1_OBJECT* object) {
  unsigned char* data = nullptr;
  const int size = i2d_ASN1_OBJECT(object, &data);
  need(size > 0, "an object");
  std::string out(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return out;
}

std::string der_object(const char* dotted) {
  ASN1_OBJECT* object = OBJ_txt2obj(dotted, 1);
  std::string out = der_object(object);
  ASN1_OBJECT_free(object);
  return out;
}

template <typename T, typename Write>
std::string encode(T* object, Write write) {
  unsigned char* data = nullptr;
  const int size = write(object, &data);
  need(size > 0, "DER");
  std::string out(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return out;
}

// A token over the signature's bytes: TSTInfo in a CMS.
std::string time_stamp(std::string_view bytes, const AuthenticodeOptions& options) {
  std::unique_ptr<TS_TST_INFO, void (*)(TS_TST_INFO*)> info(TS_TST_INFO_new(), TS_TST_INFO_free);
  TS_TST_INFO_set_version(info.get(), 1);
  ASN1_OBJECT* policy = OBJ_txt2obj("1.2.3.4.1", 1);
  TS_TST_INFO_set_policy_id(info.get(), policy);
  ASN1_OBJECT_free(policy);
  TS_MSG_IMPRINT* imprint = TS_MSG_IMPRINT_new();
  X509_ALGOR* algorithm = X509_ALGOR_new();
  X509_ALGOR_set_md(algorithm, EVP_sha256());
  TS_MSG_IMPRINT_set_algo(imprint, algorithm);
  X509_ALGOR_free(algorithm);
  const std::string digest = digest_of(options.stamp_other_bytes ? "other" : bytes, EVP_sha256());
  TS_MSG_IMPRINT_set_msg(imprint,
                         reinterpret_cast<unsigned char*>(const_cast<char*>(digest.data())),
                         static_cast<int>(digest.size()));
  TS_TST_INFO_set_msg_imprint(info.get(), imprint);
  TS_MSG_IMPRINT_free(imprint);
  ASN1_INTEGER* serial = ASN1_INTEGER_new();
  ASN1_INTEGER_set(serial, 1);
  TS_TST_INFO_set_serial(info.get(), serial);
  ASN1_INTEGER_free(serial);
  ASN1_GENERALIZEDTIME* time = ASN1_GENERALIZEDTIME_set(nullptr, options.stamped_at);
  TS_TST_INFO_set_time(info.get(), time);
  ASN1_GENERALIZEDTIME_free(time);
  const std::string content = encode(info.get(), &i2d_TS_TST_INFO);
  BIO* data = BIO_new_mem_buf(content.data(), static_cast<int>(content.size()));
  CMS_ContentInfo* cms = CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY);
  need(cms != nullptr, "a CMS");
  CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo));
  CMS_set_detached(cms, 0);
  need(CMS_add1_signer(cms, options.time_stamper.certificate.get(), options.time_stamper.key.get(),
                       EVP_sha256(), CMS_BINARY) != nullptr,
       "a signer");
  need(CMS_final(cms, data, nullptr, CMS_BINARY) == 1, "a time stamp");
  std::string token = encode(cms, &i2d_CMS_ContentInfo);
  CMS_ContentInfo_free(cms);
  BIO_free(data);
  return token;
}

void add_time_stamp(PKCS7_SIGNER_INFO* signer, const AuthenticodeOptions& options) {
  const std::string_view bytes(reinterpret_cast<const char*>(signer->enc_digest->data),
                               static_cast<std::size_t>(signer->enc_digest->length));
  const std::string token = time_stamp(bytes, options);
  const int nid = OBJ_txt2nid("1.3.6.1.4.1.311.3.3.1") != NID_undef
                      ? OBJ_txt2nid("1.3.6.1.4.1.311.3.3.1")
                      : OBJ_create("1.3.6.1.4.1.311.3.3.1", "spcRfc3161", "RFC 3161 time stamp");
  ASN1_STRING* sequence = ASN1_STRING_type_new(V_ASN1_SEQUENCE);
  ASN1_STRING_set(sequence, token.data(), static_cast<int>(token.size()));
  need(PKCS7_add_attribute(signer, nid, V_ASN1_SEQUENCE, sequence) == 1, "an attribute");
}

std::string signed_data(const std::string& indirect_content, const Identity& signer,
                        const AuthenticodeOptions& options) {
  std::unique_ptr<PKCS7, void (*)(PKCS7*)> p7(PKCS7_new(), PKCS7_free);
  PKCS7_set_type(p7.get(), NID_pkcs7_signed);
  PKCS7_SIGNER_INFO* info =
      PKCS7_add_signature(p7.get(), signer.certificate.get(), signer.key.get(), options.digest);
  need(info != nullptr, "a signer");
  PKCS7_add_certificate(p7.get(), signer.certificate.get());
  ASN1_OBJECT* type = OBJ_txt2obj("1.3.6.1.4.1.311.2.1.4", 1);
  PKCS7_add_signed_attribute(info, NID_pkcs9_contentType, V_ASN1_OBJECT, OBJ_dup(type));
  PKCS7_content_new(p7.get(), NID_pkcs7_data);
  BIO* bio = PKCS7_dataInit(p7.get(), nullptr);
  BIO_write(bio, indirect_content.data(), static_cast<int>(indirect_content.size()));
  need(PKCS7_dataFinal(p7.get(), bio) == 1, "a signature");
  BIO_free_all(bio);
  // The content is of Microsoft's own kind, and was signed without its header.
  const std::string whole = der(0x30, indirect_content);
  PKCS7* content = PKCS7_new();
  content->type = type;
  content->d.other = ASN1_TYPE_new();
  ASN1_STRING* sequence = ASN1_STRING_type_new(V_ASN1_SEQUENCE);
  ASN1_STRING_set(sequence, whole.data(), static_cast<int>(whole.size()));
  ASN1_TYPE_set(content->d.other, V_ASN1_SEQUENCE, sequence);
  PKCS7_set_content(p7.get(), content);
  if (options.time_stamper.certificate) add_time_stamp(info, options);
  return encode(p7.get(), &i2d_PKCS7);
}

}  // namespace

std::string cms_signature(const std::string& content, const Identity& signer,
                          const CmsOptions& options) {
  constexpr unsigned kFlags = CMS_DETACHED | CMS_BINARY;
  BIO* data = BIO_new_mem_buf(content.data(), static_cast<int>(content.size()));
  CMS_ContentInfo* cms = CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags | CMS_PARTIAL);
  need(cms != nullptr, "a CMS");
  if (options.intermediate.certificate) {
    need(CMS_add1_cert(cms, options.intermediate.certificate.get()) == 1, "a certificate");
  }
  need(CMS_add1_signer(cms, signer.certificate.get(), signer.key.get(), options.digest,
                       CMS_BINARY) != nullptr,
       "a signer");
  need(CMS_final(cms, data, nullptr, kFlags) == 1, "a signature");
  std::string out = encode(cms, &i2d_CMS_ContentInfo);
  CMS_ContentInfo_free(cms);
  BIO_free(data);
  return out;
}

std::string pe_file(const std::string& payload, bool is_64_bit) {
  std::string image(kPeHeaderSize, '\0');
  image.replace(0, 2, "MZ");
  put(image, 0x3c, kPeHeaderAt, 4);
  image.replace(kPeHeaderAt, 4, std::string("PE\0\0", 4));
  put(image, kOptionalAt, is_64_bit ? 0x20b : 0x10b, 2);
  put(image, kOptionalAt + (is_64_bit ? 108U : 92U), 16, 4);  // directories
  image += payload;
  image.resize((image.size() + 7) / 8 * 8, '\n');
  return image;
}

std::string authenticode(std::string pe, const Identity& signer,
                         const AuthenticodeOptions& options) {
  const std::size_t entry = security_entry(pe);
  const std::size_t checksum = kOptionalAt + 64;
  const std::string covered =
      pe.substr(0, checksum) + pe.substr(checksum + 4, entry - checksum - 4) + pe.substr(entry + 8);
  ASN1_OBJECT* digest_type = OBJ_nid2obj(EVP_MD_get_type(options.digest));
  const std::string algorithm = der(0x30, der_object(digest_type) + std::string("\x05\x00", 2));
  const std::string data =
      der(0x30, der_object("1.3.6.1.4.1.311.2.1.15") + der(0x30, der(0x03, std::string(1, '\0'))));
  const std::string message = der(0x30, algorithm + der(0x04, digest_of(covered, options.digest)));
  std::string pkcs7 = signed_data(data + message, signer, options);
  std::string table(8, '\0');
  put(table, 0, static_cast<std::uint32_t>(pkcs7.size() + 8), 4);
  put(table, 4, 0x0200, 2);
  put(table, 6, 2, 2);
  table += pkcs7;
  table.resize((table.size() + 7) / 8 * 8, '\0');
  put(pe, entry, static_cast<std::uint32_t>(pe.size()), 4);
  put(pe, entry + 4, static_cast<std::uint32_t>(table.size()), 4);
  return pe + table;
}

}  // namespace cspkit::test

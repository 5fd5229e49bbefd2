// SPDX-License-Identifier: Apache-2.0
#include "signature.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include <cstring>
#include <ctime>
#include <tuple>
#include <utility>
#include <vector>

#include "../../../lib/temp_folder.hpp"
#include "certificate_codes.hpp"
#include "pe_image.hpp"
#include "signed_files.hpp"

namespace cspkit::office::process {
namespace {

using test::authenticode;
using test::AuthenticodeOptions;
using test::CertificateOptions;
using test::cms_signature;
using test::Identity;
using test::make_certificate;
using test::pe_file;
using test::Purpose;
using testing::HasSubstr;

constexpr std::int64_t kDay = 86'400;

CertificateOptions publisher(const std::string& name = "Test Publisher") {
  CertificateOptions options;
  options.name = name;
  options.purpose = Purpose::kCode;
  return options;
}

class SignatureTest : public testing::Test {
 protected:
  SignatureTest() {
    test::write_text(folder_.file("roots.pem"), root_.pem());
    policy_.roots = folder_.file("roots.pem");
    policy_.signer = "Test Publisher";
    policy_.now = std::time(nullptr);
  }
  Verdict verify(const std::string& file) {
    policy_.kind = SignatureKind::kAuthenticode;
    test::write_text(folder_.file("setup.exe"), file);
    return verify_signature(folder_.file("setup.exe"), "", policy_);
  }
  Verdict verify(const std::string& file, const std::string& signature) {
    policy_.kind = SignatureKind::kCms;
    test::write_text(folder_.file("setup.exe"), file);
    test::write_text(folder_.file("setup.p7s"), signature);
    return verify_signature(folder_.file("setup.exe"), folder_.file("setup.p7s"), policy_);
  }

  test::TempFolder folder_;
  const Identity root_ = test::make_authority("Test root");
  const Identity signer_ = make_certificate(publisher(), root_);
  TrustPolicy policy_;
};

TEST_F(SignatureTest, ASignedPeFile) {
  for (const bool is_64_bit : {false, true}) {
    const Verdict verdict = verify(authenticode(pe_file("a program", is_64_bit), signer_));
    EXPECT_EQ(verdict.status, 0) << verdict.text;
    EXPECT_THAT(verdict.text, HasSubstr("Test Publisher"));
  }
  AuthenticodeOptions options;
  options.digest = EVP_sha384();
  EXPECT_EQ(verify(authenticode(pe_file("a program"), signer_, options)).status, 0);
}

TEST_F(SignatureTest, NoByteCanBeChanged) {
  const std::string good = authenticode(pe_file("a program"), signer_);
  PeSignature parts;
  ASSERT_EQ(find_pe_signature(good, parts), "");
  int refused = 0;
  for (const std::string_view part : parts.covered) {
    const auto start = static_cast<std::size_t>(part.data() - good.data());
    for (std::size_t at = start; at < start + part.size(); at += 7) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      ASSERT_EQ(verify(bad).status, kInvalidSignature) << "byte " << at;
      ++refused;
    }
  }
  EXPECT_GT(refused, 50);
  EXPECT_EQ(verify(good + "x").status, kInvalidSignature) << "something behind the signature";
  EXPECT_EQ(verify(good.substr(0, good.size() / 2)).status, kInvalidSignature);
}

// The checksum is outside the digest: signing tools write it last.
TEST_F(SignatureTest, TheChecksumMayChange) {
  std::string file = authenticode(pe_file("a program"), signer_);
  file[64 + 24 + 64] = 'x';
  EXPECT_EQ(verify(file).status, 0);
}

TEST_F(SignatureTest, NoByteOfTheSignatureMakesItCrash) {
  const std::string good = authenticode(pe_file("a program"), signer_);
  const std::size_t table = good.size() - (good.size() - test::kPeHeaderSize - 16);
  for (std::size_t at = table; at < good.size(); at += 3) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x41);
    const Verdict verdict = verify(bad);
    EXPECT_FALSE(verdict.text.empty());
  }
}

TEST_F(SignatureTest, WhatIsNoSignedProgram) {
  std::string unsigned_table = pe_file("x");
  const std::string files[] = {"",
                               "MZ",
                               "#!/bin/sh\n",
                               pe_file("not signed"),
                               std::string(70, 'M'),
                               std::string("MZ") + std::string(58, '\xff') + "\xff\xff\xff\xff"};
  for (const std::string& file : files) {
    EXPECT_EQ(verify(file).status, kInvalidSignature);
  }
  EXPECT_EQ(verify_signature(folder_.file("absent"), "", policy_).status, kInvalidSignature);
}

TEST_F(SignatureTest, AWeakDigest) {
  AuthenticodeOptions options;
  options.digest = EVP_sha1();
  EXPECT_THAT(verify(authenticode(pe_file("a program"), signer_, options)).text,
              HasSubstr("too weak"));
}

TEST_F(SignatureTest, EveryFaultOfACertificateHasItsCode) {
  CertificateOptions expired = publisher(), early = publisher(), server = publisher();
  expired.from = -20 * kDay;
  expired.to = -kDay;
  early.from = kDay;
  early.to = 2 * kDay;
  server.purpose = Purpose::kServer;
  CertificateOptions any = publisher();
  any.purpose = Purpose::kAny;
  const std::tuple<std::string, Identity, std::int32_t> signers[] = {
      {"expired", make_certificate(expired, root_), kCertExpired},
      {"not yet valid", make_certificate(early, root_), kCertExpired},
      {"self-signed", make_certificate(publisher()), kCertUntrustedRoot},
      {"unknown authority", make_certificate(publisher(), test::make_authority("Other")),
       kCertChaining},
      {"another name", make_certificate(publisher("Somebody"), root_), kCertNameMismatch},
      {"a server's", make_certificate(server, root_), kCertWrongUsage},
      {"of one that is no authority", make_certificate(publisher("Sub"), signer_), kCertChaining},
      {"for anything", make_certificate(any, root_), 0}};
  for (const auto& [name, signer, code] : signers) {
    const Verdict pe = verify(authenticode(pe_file("a program"), signer));
    EXPECT_EQ(pe.status, code) << name << ": " << pe.text;
    const Verdict cms = verify("a program", cms_signature("a program", signer));
    EXPECT_EQ(cms.status, code) << name << ": " << cms.text;
  }
  policy_.signer.clear();
  EXPECT_EQ(
      verify(authenticode(pe_file("x"), make_certificate(publisher("Somebody"), root_))).status, 0);
  policy_.roots = folder_.file("absent.pem");
  EXPECT_EQ(verify(authenticode(pe_file("x"), signer_)).status, kCertUntrustedRoot);
}

TEST_F(SignatureTest, ADetachedSignature) {
  const std::string file("a program\0\r\n of bytes", 21);
  const std::string signature = cms_signature(file, signer_);
  EXPECT_EQ(verify(file, signature).status, 0);
  EXPECT_EQ(verify(file + "x", signature).status, kInvalidSignature);
  EXPECT_EQ(verify("", signature).status, kInvalidSignature);
  EXPECT_EQ(verify(file, "").status, kInvalidSignature);
  EXPECT_EQ(verify(file, "-----BEGIN CMS-----\n").status, kInvalidSignature);
  EXPECT_EQ(verify(file, signature.substr(0, signature.size() - 5)).status, kInvalidSignature);
}

// Certificates live for a year; what was signed, and stamped, while they were valid stays good.
TEST_F(SignatureTest, ATimeStampOutlivesTheCertificate) {
  CertificateOptions expired = publisher();
  expired.from = -100 * kDay;
  expired.to = -50 * kDay;
  const Identity old = make_certificate(expired, root_);
  CertificateOptions stamper;
  stamper.name = "Test stamper";
  stamper.purpose = Purpose::kTimeStamp;
  stamper.from = -200 * kDay;
  AuthenticodeOptions options;
  options.time_stamper = make_certificate(stamper, root_);
  options.stamped_at = policy_.now - 70 * kDay;
  const Verdict verdict = verify(authenticode(pe_file("a program"), old, options));
  EXPECT_EQ(verdict.status, 0) << verdict.text;

  options.stamped_at = policy_.now - 40 * kDay;
  EXPECT_EQ(verify(authenticode(pe_file("a program"), old, options)).status, kCertExpired)
      << "stamped too late";
  options.stamped_at = policy_.now + kDay;
  EXPECT_EQ(verify(authenticode(pe_file("a program"), old, options)).status, kCertExpired)
      << "stamped in the future";
  options.stamped_at = policy_.now - 70 * kDay;
  options.stamp_other_bytes = true;
  EXPECT_EQ(verify(authenticode(pe_file("a program"), old, options)).status, kCertExpired)
      << "the stamp of another file";
  options.stamp_other_bytes = false;
  options.time_stamper = make_certificate(stamper, test::make_authority("Other"));
  EXPECT_EQ(verify(authenticode(pe_file("a program"), old, options)).status, kCertExpired)
      << "nobody knows the stamper";
  CertificateOptions other = publisher();
  other.from = stamper.from;
  options.time_stamper = make_certificate(other, root_);
  EXPECT_EQ(verify(authenticode(pe_file("a program"), old, options)).status, kCertExpired)
      << "a publisher is no stamper";
}

TEST_F(SignatureTest, AStamperIsForStampsOnly) {
  CertificateOptions expired = publisher();
  expired.from = -100 * kDay;
  expired.to = -50 * kDay;
  expired.purpose = Purpose::kAny;
  const Identity old = make_certificate(expired, root_);
  AuthenticodeOptions options;
  options.time_stamper = old;
  options.stamped_at = policy_.now - 70 * kDay;
  EXPECT_EQ(verify(authenticode(pe_file("a program"), old, options)).status, kCertExpired)
      << "a certificate for anything stamps what it signed itself";
}

TEST_F(SignatureTest, NothingStandsBehindTheSignature) {
  const std::string good = authenticode(pe_file("a program"), signer_);
  constexpr std::size_t kEntry = 64 + 24 + 112 + 4 * 8;
  const auto get = [&](std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, good.data() + at, sizeof(value));
    return value;
  };
  const auto put = [](std::string& file, std::size_t at, std::uint32_t value) {
    std::memcpy(file.data() + at, &value, sizeof(value));
  };
  for (const auto& [size, byte] : {std::pair(8U, 'E'), std::pair(8U, '\0')}) {
    std::string file = good + std::string(size, byte);
    put(file, kEntry + 4, get(kEntry + 4) + size);
    EXPECT_THAT(verify(file).text, HasSubstr("more than one signature"));
    put(file, get(kEntry), get(kEntry + 4) + size);
    EXPECT_THAT(verify(file).text, HasSubstr("behind its signature"));
  }
}

TEST_F(SignatureTest, TheNameIsComparedByteForByte) {
  using std::string_literals::operator""s;
  for (const std::vector<std::string>& names : std::vector<std::vector<std::string>>{
           {"Test\x01Publisher"}, {"Test Publisher\0.example"s}, {"Test Publisher", "Other"}, {}}) {
    const Identity signer = make_certificate(publisher("X"), root_);
    X509_NAME* subject = X509_get_subject_name(signer.certificate.get());
    X509_NAME_ENTRY_free(X509_NAME_delete_entry(subject, 0));
    for (const std::string& name : names) {
      X509_NAME_add_entry_by_NID(subject, NID_commonName, V_ASN1_UTF8STRING,
                                 reinterpret_cast<const unsigned char*>(name.data()),
                                 static_cast<int>(name.size()), -1, 0);
    }
    X509_sign(signer.certificate.get(), root_.key.get(), EVP_sha256());
    const Verdict verdict = verify(authenticode(pe_file("a program"), signer));
    EXPECT_EQ(verdict.status, kCertNameMismatch) << verdict.text;
  }
}

TEST_F(SignatureTest, WeakDigestsOfCertificatesAndDetachedSignatures) {
  const Identity weak = make_certificate(publisher(), root_);
  X509_sign(weak.certificate.get(), root_.key.get(), EVP_sha1());
  const Verdict pe = verify(authenticode(pe_file("a program"), weak));
  EXPECT_EQ(pe.status, kCertTrustFail) << pe.text;
  test::CmsOptions options;
  options.digest = EVP_sha1();
  const Verdict cms = verify("a program", cms_signature("a program", signer_, options));
  EXPECT_EQ(cms.status, kInvalidSignature) << cms.text;
  EXPECT_THAT(cms.text, HasSubstr("too weak"));
}

TEST_F(SignatureTest, EveryCertificateOfTheChainIsForSigningCode) {
  const auto extend = [&](const Identity& of, int what, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value);
    X509_add_ext(of.certificate.get(), extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(of.certificate.get(), root_.key.get(), EVP_sha256());
  };
  const Identity cipher = make_certificate(publisher(), root_);
  extend(cipher, NID_key_usage, "critical,keyEncipherment");
  EXPECT_EQ(verify(authenticode(pe_file("a program"), cipher)).status, kCertWrongUsage);

  CertificateOptions authority;
  authority.name = "Issuing authority";
  authority.purpose = Purpose::kAuthority;
  const std::pair<const char*, std::int32_t> cases[] = {{nullptr, 0},
                                                        {"codeSigning", 0},
                                                        {"anyExtendedKeyUsage", 0},
                                                        {"serverAuth", kCertWrongUsage}};
  for (const auto& [usage, code] : cases) {
    test::CmsOptions options;
    options.intermediate = make_certificate(authority, root_);
    if (usage != nullptr) extend(options.intermediate, NID_ext_key_usage, usage);
    const Identity signer = make_certificate(publisher(), options.intermediate);
    const Verdict verdict = verify("a program", cms_signature("a program", signer, options));
    EXPECT_EQ(verdict.status, code) << (usage != nullptr ? usage : "none") << verdict.text;
  }
}

// A second opinion: what osslsigncode signs is accepted, and refused after a change.
TEST_F(SignatureTest, AcceptsWhatOsslsigncodeSigns) {
  if (std::system("osslsigncode --version >/dev/null 2>&1") != 0) {  // NOLINT(cert-env33-c)
    GTEST_SKIP() << "osslsigncode is not installed";
  }
  test::write_text(folder_.file("signer.pem"), signer_.pem());
  test::write_text(folder_.file("signer.key"), signer_.key_pem());
  test::write_text(folder_.file("in.exe"), pe_file("a program"));
  const std::string command = "osslsigncode sign -certs " + folder_.file("signer.pem") + " -key " +
                              folder_.file("signer.key") + " -in " + folder_.file("in.exe") +
                              " -out " + folder_.file("out.exe") + " >" + folder_.file("said") +
                              " 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0)  // NOLINT(cert-env33-c)
      << test::read_text(folder_.file("said"));
  std::string file = test::read_text(folder_.file("out.exe"));
  const Verdict verdict = verify(file);
  EXPECT_EQ(verdict.status, 0) << verdict.text;
  file[test::kPeHeaderSize] = 'A';
  EXPECT_EQ(verify(file).status, kInvalidSignature);
}

}  // namespace
}  // namespace cspkit::office::process

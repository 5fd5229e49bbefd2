// SPDX-License-Identifier: Apache-2.0
// Collected logs are for the holder of one key alone.
#include "cms_sealer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../../lib/temp_folder.hpp"
#include "openssl_types.hpp"
#include "pki.hpp"

namespace cspkit::office::collect {
namespace {

using process::Bio;
using process::Cms;
using testing::HasSubstr;

// The plain text; empty when the identity cannot open it.
std::string opened_by(const test::Identity& reader, const std::string& sealed) {
  const Bio in(BIO_new_mem_buf(sealed.data(), static_cast<int>(sealed.size())));
  const Cms message(d2i_CMS_bio(in.get(), nullptr));
  const Bio out(BIO_new(BIO_s_mem()));
  if (!message || CMS_decrypt(message.get(), reader.key.get(), reader.certificate.get(), nullptr,
                              out.get(), 0) != 1) {
    return {};
  }
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

TEST(CmsSealerTest, OnlyItsReaderOpensIt) {
  const test::TempFolder folder;
  const test::Identity reader = test::make_certificate({});
  const test::Identity other = test::make_certificate({});
  test::write_text(folder.file("reader.pem"), reader.pem());
  const CmsSealer sealer(folder.file("reader.pem"));
  const std::string plain = std::string(1 << 20, 'x') + '\0' + "\r\n\n";
  std::string bytes = plain, error;
  ASSERT_TRUE(sealer.seal(bytes, error)) << error;
  EXPECT_EQ(bytes.find("xxxxxxxxxxxxxxxx"), std::string::npos);
  EXPECT_EQ(opened_by(reader, bytes), plain);
  EXPECT_NE(opened_by(other, bytes), plain);
}

TEST(CmsSealerTest, WhatIsNoCertificateIsRefused) {
  const test::TempFolder folder;
  test::write_text(folder.file("no.pem"), "-----BEGIN CERTIFICATE-----\nMIIB\n");
  for (const char* name : {"no.pem", "absent.pem"}) {
    std::string bytes = "plain", error;
    EXPECT_FALSE(CmsSealer(folder.file(name)).seal(bytes, error));
    EXPECT_THAT(error, HasSubstr(name));
    EXPECT_EQ(bytes, "plain");
  }
}

}  // namespace
}  // namespace cspkit::office::collect

// SPDX-License-Identifier: Apache-2.0
#include <cspkit/ddf/locuri.hpp>
#include <ostream>

#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

struct Good {
  const char* text;
  Scope scope;
  bool given;
  const char* path;
  const char* query;
};

class GoodUri : public ::testing::TestWithParam<Good> {};

TEST_P(GoodUri, Parses) {
  const Good& c = GetParam();
  const Result<LocUri> uri = LocUri::parse(c.text);
  ASSERT_TRUE(uri.has_value()) << c.text << ": " << uri.error().text();
  EXPECT_EQ(uri->scope(), c.scope) << c.text;
  EXPECT_EQ(uri->scope_given(), c.given) << c.text;
  EXPECT_EQ(uri->path(), c.path) << c.text;
  EXPECT_EQ(uri->query(), c.query) << c.text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodUri,
    ::testing::Values(Good{"./A/B", Scope::kDevice, false, "A/B", ""},
                      Good{"A/B", Scope::kDevice, false, "A/B", ""},
                      Good{"  ./A\t\r\n", Scope::kDevice, false, "A", ""},
                      Good{".", Scope::kDevice, false, "", ""},
                      Good{"./Device", Scope::kDevice, true, "", ""},
                      Good{"./User", Scope::kUser, true, "", ""},
                      Good{"./dEVICE/A", Scope::kDevice, true, "A", ""},
                      Good{"./user/vendor", Scope::kUser, true, "vendor", ""},
                      Good{"Device/Vendor", Scope::kDevice, true, "Vendor", ""},
                      Good{"./Devices/A", Scope::kDevice, false, "Devices/A", ""},
                      Good{"./A/Device/B", Scope::kDevice, false, "A/Device/B", ""},
                      Good{"./%44evice/A", Scope::kDevice, false, "Device/A", ""},
                      Good{"./A?prop=Name", Scope::kDevice, false, "A", "prop=Name"},
                      Good{"./User?list=Struct", Scope::kUser, true, "", "list=Struct"},
                      Good{".?list=Struct", Scope::kDevice, false, "", "list=Struct"},
                      Good{"./A/b%3fc", Scope::kDevice, false, "A/b%3Fc", ""},
                      Good{"./A/Work%20Wifi", Scope::kDevice, false, "A/Work%20Wifi", ""},
                      Good{"./A/Work Wifi", Scope::kDevice, false, "A/Work%20Wifi", ""},
                      Good{"./A/a%2Fb", Scope::kDevice, false, "A/a%2Fb", ""},
                      Good{"./A/%7E%41", Scope::kDevice, false, "A/~A", ""},
                      Good{"./A/{1}", Scope::kDevice, false, "A/%7B1%7D", ""},
                      Good{"./A/\xC3\xA4", Scope::kDevice, false, "A/%C3%A4", ""},
                      Good{"./A/a.b", Scope::kDevice, false, "A/a.b", ""},
                      Good{"./A/...", Scope::kDevice, false, "A/...", ""},
                      Good{"./A/a*", Scope::kDevice, false, "A/a%2A", ""}));

class BadUri : public ::testing::TestWithParam<const char*> {};

TEST_P(BadUri, IsRefused) {
  const Result<LocUri> uri = LocUri::parse(GetParam());
  ASSERT_FALSE(uri.has_value()) << GetParam();
  EXPECT_EQ(uri.error().code(), Code::kBadRequest) << GetParam();
  EXPECT_FALSE(uri.error().text().empty());
}

INSTANTIATE_TEST_SUITE_P(Table, BadUri,
                         ::testing::Values("", "  ", "/A", "./", "./A/", "./Device/", "./A//B",
                                           "//A", "./A/./B", "./A/../B", "..", "../A", "./*",
                                           "./A/*/B", "./A/%2A", "./A/%2E%2e", "./A/%2e", "./A/%",
                                           "./A/%4", "./A/%4G", "./A/%00", "./A/%ff",
                                           "./A/\xC0\xAF", "./A/%ED%A0%80", "./A/\xF5\x80\x80\x80",
                                           "././A", "./?list=Struct", "./Device/?x",
                                           "?prop=Name/"));

TEST(LocUri, HoldsDecodedSegments) {
  const Result<LocUri> uri = LocUri::parse("./User/A/a%2Fb/%C3%A4");
  ASSERT_TRUE(uri.has_value());
  ASSERT_EQ(uri->size(), 3u);
  EXPECT_EQ((*uri)[0], "A");
  EXPECT_EQ((*uri)[1], "a/b");
  EXPECT_EQ((*uri)[2], "\xC3\xA4");
  EXPECT_EQ(uri->full(), "./User/A/a%2Fb/%C3%A4");
  EXPECT_EQ(LocUri::parse(".")->full(), "./Device");
}

TEST(LocUri, KeepsItsLimits) {
  UriLimits limits{20, 3};
  EXPECT_TRUE(LocUri::parse("./A/B/C", limits).has_value());
  EXPECT_EQ(LocUri::parse("./A/B/C/D", limits).error().code(), Code::kUriTooLong);
  EXPECT_EQ(LocUri::parse("./" + std::string(40, 'a'), limits).error().code(), Code::kUriTooLong);
  EXPECT_TRUE(LocUri::parse("./" + std::string(10000, 'a'), UriLimits{0, 0}).has_value());
  EXPECT_EQ(LocUri::parse("./" + std::string(5000, 'a')).error().code(), Code::kUriTooLong);
  std::string deep = ".";
  for (int i = 0; i < 65; ++i) deep += "/a";
  EXPECT_EQ(LocUri::parse(deep).error().code(), Code::kUriTooLong);
}

TEST(Encoding, GoesThereAndBack) {
  std::string all;
  for (int c = 1; c < 0x80; ++c) all += static_cast<char>(c);
  all += "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
  const std::string encoded = encode_segment(all);
  EXPECT_EQ(encoded.find_first_not_of(
                "%0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~"),
            std::string::npos);
  const Result<std::string> back = decode_segment(encoded);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, all);
  EXPECT_EQ(decode_segment("a%zz").error().code(), Code::kBadRequest);
  EXPECT_EQ(decode_segment("a%00").error().code(), Code::kBadRequest);
}

TEST(Encoding, FoldsAsciiOnly) {
  EXPECT_EQ(fold("AbC-[@Z`z{9\xC3\x84 QWERTYUIOPASDFGH"), "abc-[@z`z{9\xC3\x84 qwertyuiopasdfgh");
}

TEST(Encoding, KnowsUtf8) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("plain ascii, longer than eight bytes"));
  EXPECT_TRUE(is_utf8("\xF4\x8F\xBF\xBF"));
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(is_utf8("eight by\x80"));
  EXPECT_FALSE(is_utf8("\xE0\x80\x80"));
  EXPECT_FALSE(is_utf8("\xC3"));
}

}  // namespace
}  // namespace cspkit::ddf::test

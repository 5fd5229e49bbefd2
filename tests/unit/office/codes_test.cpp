// SPDX-License-Identifier: Apache-2.0
// What codes mean, however they are written.
#include <gtest/gtest.h>

#include <cspkit/odt/codes.hpp>

namespace cspkit::odt {
namespace {

TEST(CodesTest, OneCodeIsWrittenInManyWays) {
  for (const char* text :
       {"-2147418113", "0x8000ffff", "0X8000FFFF", "8000FFFF", "2147549183", " 0x8000FFFF "}) {
    const std::vector<CodeInfo> meanings = explain_code(text);
    ASSERT_EQ(meanings.size(), 2u) << text;
    EXPECT_EQ(meanings[0].symbol, "E_UNEXPECTED");
    EXPECT_EQ(meanings[0].stage, "uninstall");
    EXPECT_EQ(read_code(text), 0x8000FFFFu);
  }
  EXPECT_EQ(explain_code("80004005").at(0).symbol, "E_FAIL") << "no such decimal code";
  EXPECT_EQ(explain_code("13").at(0).symbol, "ERROR_INVALID_DATA");
  EXPECT_EQ(explain_code("0xD").at(0).symbol, "ERROR_INVALID_DATA");
  EXPECT_EQ(explain_code("30125-1011 (404)").at(0).screen, "30125-1011");
  EXPECT_EQ(explain_code("(12)").at(0).stage, "install");
  EXPECT_EQ(explain_code("0-2031 (17004)").size(), 1u);
}

TEST(CodesTest, OthersAreNotKnown) {
  for (const char* text : {"", "x", "-", "0x", "-0x1", "99999999999", "1-1", "()", "12345"}) {
    EXPECT_TRUE(explain_code(text).empty()) << text;
  }
  EXPECT_EQ(read_code("12345"), 12345u);
  EXPECT_EQ(read_code("-1"), 0xFFFFFFFFu);
  EXPECT_EQ(read_code("-2147483649"), std::nullopt);
}

TEST(CodesTest, EveryStatusOfTheOfficeCspIsThere) {
  for (const char* text :
       {"0",     "997",        "13",         "1460",  "1602",  "1603",      "17000",
        "17001", "17002",      "17003",      "17004", "17005", "17006",     "17007",
        "17100", "0x80004005", "0x8000FFFF", "60",    "70",    "0x800B0101"}) {
    EXPECT_FALSE(explain_code(text).empty()) << text;
  }
}

TEST(CodesTest, EveryMeaningIsSaid) {
  EXPECT_GT(all_codes().size(), 120u);
  for (const CodeInfo& info : all_codes()) {
    EXPECT_FALSE(info.origin.empty()) << info.code;
    EXPECT_FALSE(info.stage.empty()) << info.code;
    EXPECT_FALSE(info.meaning.empty()) << info.code;
    const std::string text =
        info.screen.empty() ? std::to_string(info.code) : std::string(info.screen) + " (0)";
    EXPECT_FALSE(explain_code(text).empty()) << text;
  }
}

}  // namespace
}  // namespace cspkit::odt

// SPDX-License-Identifier: Apache-2.0
// Configurations that want to cost time or memory. What counts is that they are read at all: the
// time limit of a test is that of ctest.
#include <gtest/gtest.h>

#include <cspkit/odt/check.hpp>

namespace cspkit::odt {
namespace {

constexpr std::size_t kHuge = 50U << 20U;

std::string filled(const std::string& start, const std::string& piece, const std::string& end,
                   std::size_t size = kHuge) {
  std::string text = start;
  text.reserve(size + end.size() + piece.size());
  while (text.size() < size) text += piece;
  return text + end;
}

TEST(HostileConfigurationTest, FiftyMegabytesOfOneValue) {
  const Report report = check(filled("<Configuration><Info Description=\"", std::string(4096, 'x'),
                                     "\"/><Display/></Configuration>"));
  EXPECT_EQ(report.verdict(), Verdict::kAccept);
  EXPECT_GE(report.configuration.info->description.size(), kHuge - 4096);
}

TEST(HostileConfigurationTest, FiftyMegabytesOfElements) {
  const Report report = check(filled("<Configuration>", "<Product ID='x'/>", "</Configuration>"));
  EXPECT_FALSE(report.well_formed);
  EXPECT_NE(report.findings.at(0).message.find("too many"), std::string::npos);
}

TEST(HostileConfigurationTest, AsManyProductsAsThereMayBe) {
  const Report report = check(filled("<Configuration><Add>", "<Product ID='Unknown'/>",
                                     "</Add></Configuration>", 2'000'000));
  EXPECT_TRUE(report.well_formed);
  EXPECT_LE(report.findings.size(), 400u);
}

TEST(HostileConfigurationTest, AsManyAttributesAsThereMayBe) {
  std::string element = "<Display";
  for (int i = 0; i < 250; ++i) element += " channel" + std::to_string(i) + "='1'";
  const Report report =
      check(filled("<Configuration>", element + "/>", "</Configuration>", 2'000'000));
  EXPECT_TRUE(report.well_formed);
  EXPECT_LE(report.findings.size(), 400u);
}

TEST(HostileConfigurationTest, DeepNesting) {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "<a>";
  EXPECT_EQ(check("<Configuration>" + text).findings.at(0).code, "X001");
}

TEST(HostileConfigurationTest, EntitiesAreNotExpanded) {
  std::string bomb = "<!DOCTYPE a [<!ENTITY a0 \"ha\">";
  for (int i = 1; i < 100; ++i) {
    const std::string inner = "&a" + std::to_string(i - 1) + ";";
    bomb += "<!ENTITY a" + std::to_string(i) + " \"" + inner + inner + "\">";
  }
  const Report report = check(bomb + "]><Configuration ID=\"&a99;\">&a99;</Configuration>");
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings[0].code, "X002");
  EXPECT_EQ(report.verdict(), Verdict::kReject);
}

TEST(HostileConfigurationTest, TextWithManyLineEndsAndSigns) {
  const Report report =
      check(filled("<Configuration>", "\r\n\r=\"", "</Configuration>", 1U << 20U));
  EXPECT_TRUE(report.well_formed);
  EXPECT_EQ(check(serialise(report.configuration)).configuration, report.configuration);
}

TEST(HostileConfigurationTest, LongNamesGiveShortMessages) {
  const std::string name(1'000'000, 'n');
  for (const std::string& text :
       {"<" + name + "/>", "<Configuration><" + name + "/></Configuration>",
        "<Configuration " + name + "=''/>", "<Configuration></" + name + ">",
        "<Configuration " + name + "='' " + name + "=''/>"}) {
    for (const Finding& finding : check(text).findings) EXPECT_LT(finding.message.size(), 500u);
  }
}

}  // namespace
}  // namespace cspkit::odt

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cspkit/odt/configuration.hpp>

namespace cspkit::odt {
namespace {

Configuration parse(const std::string& text) {
  Configuration configuration;
  XmlError error;
  EXPECT_TRUE(parse_configuration(text, configuration, error)) << error.describe();
  return configuration;
}

bool has(const Configuration& c, std::string_view code, Severity severity) {
  return std::any_of(c.findings.begin(), c.findings.end(),
                     [&](const Finding& f) { return f.code == code && f.severity == severity; });
}

std::string in_add(const std::string& inner, const std::string& attributes = "") {
  return "<Configuration><Add " + attributes + ">" + inner + "</Add></Configuration>";
}

TEST(ConfigurationTest, ReadsThePublishedInstall) {
  const Configuration c = parse(
      "<Configuration><Add OfficeClientEdition=\"32\" Channel=\"Current\"><Product "
      "ID=\"O365BusinessRetail\"><Language ID=\"en-us\" /></Product></Add><Display Level=\"None\" "
      "AcceptEULA=\"TRUE\" /></Configuration>");
  ASSERT_TRUE(c.add);
  EXPECT_EQ(c.add->edition, "32");
  EXPECT_EQ(c.add->channel, "Current");
  ASSERT_EQ(c.add->products.size(), 1u);
  EXPECT_EQ(c.add->products[0].id, "O365BusinessRetail");
  EXPECT_EQ(c.add->products[0].languages[0].id, "en-us");
  EXPECT_TRUE(c.silent);
  EXPECT_TRUE(c.accept_eula);
  EXPECT_FALSE(c.remove);
  EXPECT_TRUE(c.findings.empty());
  EXPECT_EQ(c.summary(), "install O365BusinessRetail");
}

TEST(ConfigurationTest, ReadsThePublishedUninstall) {
  const Configuration c = parse(
      "<Configuration><Remove All=\"TRUE\"/><Display Level=\"None\" AcceptEULA=\"TRUE\" "
      "/></Configuration>");
  ASSERT_TRUE(c.remove);
  EXPECT_TRUE(c.remove->all);
  EXPECT_EQ(c.first_error(), nullptr);
  EXPECT_EQ(c.summary(), "remove all products");
}

TEST(ConfigurationTest, ValuesAreComparedWithoutCaseAndBlanks) {
  const Configuration c = parse(
      in_add("<Product ID=\"o365proplusretail \"><Language ID=\"matchos\"/><Language ID=\"EN-US\"/>"
             "<ExcludeApp ID=\"groove\"/></Product>",
             "Channel=\"targeted\" MigrateArch=\"True\""));
  const Product& product = c.add->products.at(0);
  EXPECT_EQ(product.id, "O365ProPlusRetail");
  EXPECT_EQ(product.languages[0].id, "MatchOS");
  EXPECT_EQ(product.languages[1].id, "en-us");
  EXPECT_EQ(product.excluded_apps, std::vector<std::string>{"Groove"});
  EXPECT_EQ(c.add->channel, "SemiAnnualPreview");
  EXPECT_TRUE(c.add->migrate_arch);
  EXPECT_TRUE(has(c, "D001", Severity::kWarning));
  EXPECT_TRUE(has(c, "N004", Severity::kWarning));
  EXPECT_TRUE(has(c, "C002", Severity::kInfo));
  EXPECT_EQ(c.first_error(), nullptr);
}

TEST(ConfigurationTest, NamesAreCaseSensitiveAndSuggested) {
  const Configuration c = parse(
      "<Configuration><Add channel=\"Current\"><Product ID=\"O365ProPlusRetail\"/></Add>"
      "<display Level=\"None\"/></Configuration>");
  EXPECT_EQ(c.add->channel, "");
  EXPECT_FALSE(c.silent);
  ASSERT_EQ(c.findings.size(), 2u);
  EXPECT_EQ(c.findings[0].code, "N001");
  EXPECT_NE(c.findings[0].message.find("did you mean 'Channel'?"), std::string::npos);
  EXPECT_EQ(c.findings[0].position.column, 21u);
  EXPECT_NE(c.findings[1].message.find("did you mean 'Display'?"), std::string::npos);
}

TEST(ConfigurationTest, RefusesWhatTheToolWouldRefuse) {
  const std::pair<const char*, std::string> kRefused[] = {
      {"X002", "<!DOCTYPE a><Configuration><Remove All='TRUE'/></Configuration>"},
      {"X003", "<configuration/>"},
      {"X004", "<Configuration Product=\"ProPlus\"><Display Level=\"none\"/></Configuration>"},
      {"X004", "<Configuration><Setting Id=\"a\" Value=\"b\"/></Configuration>"},
      {"N003", "<Configuration><Remove All='TRUE'/><Remove/></Configuration>"},
      {"P001", in_add("<Product/>")},
      {"P001", in_add("<Product ID=\"O365ProPlusRetail\"><Language ID=\"\"/></Product>")},
      {"P001", "<Configuration><Property Name=\"FORCEAPPSHUTDOWN\"/></Configuration>"},
      {"A001", in_add("<Product ID=\"O365ProPlusRetail\"/>", "OfficeClientEdition=\"x64\"")},
      {"A002", in_add("<Product ID=\"O365ProPlusRetail\"/>", "Version=\"test\"")},
      {"A008", "<Configuration><Add/></Configuration>"},
      {"U002", "<Configuration><Updates TargetVersion=\"16\"/></Configuration>"},
      {"Z001", "<Configuration/>"},
      {"Z001", "<Configuration><Info Description=\"x\"/></Configuration>"},
  };
  for (const auto& [code, text] : kRefused) {
    const Configuration c = parse(text);
    ASSERT_NE(c.first_error(), nullptr) << text;
    EXPECT_EQ(c.first_error()->code, code) << text;
  }
}

TEST(ConfigurationTest, WarnsWhereTheToolGoesOn) {
  EXPECT_TRUE(has(parse(in_add("<Property Name=\"a\" Value=\"b\"/><Product ID=\"LanguagePack\"/>")),
                  "N002", Severity::kWarning));
  EXPECT_TRUE(has(parse("<Configuration><Add> SourcePath=\"x\" <Product ID=\"a\"/></Add>"
                        "</Configuration>"),
                  "X005", Severity::kWarning));
  EXPECT_TRUE(
      has(parse("<Configuration><Remove All='1'><Product ID='a'/></Remove></Configuration>"),
          "R001", Severity::kWarning));
  EXPECT_TRUE(has(parse("<Configuration><Display/><Logging Level='Off'/></Configuration>"), "S001",
                  Severity::kWarning));
  EXPECT_TRUE(has(parse(in_add("<Product ID='a'><ExcludeApp ID='Skype'/></Product>")), "E001",
                  Severity::kWarning));
  const Configuration intune = parse(
      "<Configuration><Updates Channel=\"Current\"/><LastExecuteTime>1</LastExecuteTime>"
      "</Configuration>");
  EXPECT_TRUE(intune.findings.empty());
}

TEST(ConfigurationTest, TheLastOfAPropertyHolds) {
  const Configuration c = parse(
      "<Configuration><Property Name=\"FORCEAPPSHUTDOWN\" Value=\"FALSE\"/>"
      "<Property Name=\"ForceAppShutdown\" Value=\"TRUE\"/></Configuration>");
  EXPECT_EQ(c.property("forceappshutdown"), "TRUE");
  EXPECT_EQ(c.property("AUTOACTIVATE"), "");
}

TEST(ConfigurationTest, ProductKeysReachNoMessage) {
  const std::string key = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE";
  const Configuration c =
      parse(in_add("<Product ID=\"O365ProPlusRetail\" PIDKEY=\"" + key + "\" PidKey=\"" + key +
                   "\"><Language ID=\"en-us\"/></Product>"));
  EXPECT_TRUE(c.add->products[0].has_key);
  ASSERT_FALSE(c.findings.empty());
  for (const Finding& finding : c.findings) {
    EXPECT_EQ(finding.message.find(key), std::string::npos) << finding.message;
  }
}

TEST(ConfigurationTest, FindingsAreBounded) {
  std::string text = "<Configuration><Remove All='TRUE'/>";
  for (int i = 0; i < 50000; ++i) text += "<Unknown/>";
  text += "<Remove/></Configuration>";
  const Configuration c = parse(text);
  EXPECT_LE(c.findings.size(), 400u);
  ASSERT_NE(c.first_error(), nullptr);
  EXPECT_EQ(c.first_error()->code, "N003");
}

TEST(ConfigurationTest, Versions) {
  EXPECT_TRUE(is_office_version("16.0.12345.20000"));
  EXPECT_TRUE(is_office_version("15.0.1.1"));
  for (const char* bad : {"", "16.0", "16.0.1", "16.0.1.", "16.0..1", "17.0.1.1", "16.0.1.1.1",
                          "16.0.a.1", "16.0.1.1 ", "16.0.12345678901.1"}) {
    EXPECT_FALSE(is_office_version(bad)) << bad;
  }
}

}  // namespace
}  // namespace cspkit::odt

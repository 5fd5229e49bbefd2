// SPDX-License-Identifier: Apache-2.0
// Configurations built from the settings of an app suite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cspkit/odt/app_suite.hpp>
#include <cspkit/odt/check.hpp>

namespace cspkit::odt {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

AppSuite suite(std::vector<SuiteProduct> products = {SuiteProduct::kEnterprise}) {
  AppSuite out;
  out.products = std::move(products);
  return out;
}

Built graph(const std::string& json) {
  AppSuite out;
  std::string error;
  EXPECT_TRUE(read_app_suite(json, out, error)) << error;
  return build(out);
}

TEST(AppSuiteTest, BuildsEverySetting) {
  const Built built = graph(R"({
    "@odata.type": "#microsoft.graph.officeSuiteApp", "displayName": "Office",
    "productIds": ["visioProRetail", "o365ProPlusRetail", 3],
    "excludedApps": {"access": true, "infoPath": true, "visio": true, "oneDrive": true,
                     "word": false, "@odata.type": "x"},
    "officePlatformArchitecture": "x86", "updateChannel": "firstReleaseDeferred",
    "targetVersion": "16.0.12345.20000", "useSharedComputerActivation": true,
    "shouldUninstallOlderVersionsOfOffice": true, "autoAcceptEula": true,
    "installProgressDisplayLevel": "full", "localesToInstall": ["de-DE", "en-gb", "xh-za"],
    "officeSuiteAppDefaultFileFormat": "officeOpenXMLFormat"})");
  ASSERT_THAT(built.problems, IsEmpty());
  EXPECT_EQ(built.xml, R"(<Configuration>
  <Add Version="16.0.12345.20000" OfficeClientEdition="32" Channel="SemiAnnualPreview">
    <Product ID="O365ProPlusRetail">
      <Language ID="MatchOS" />
      <Language ID="MatchPreviousMSI" />
      <Language ID="de-de" />
      <Language ID="en-gb" />
      <ExcludeApp ID="Access" />
      <ExcludeApp ID="OneDrive" />
    </Product>
    <Product ID="VisioProRetail">
      <Language ID="MatchOS" />
      <Language ID="MatchPreviousMSI" />
      <Language ID="de-de" />
    </Product>
    <Product ID="ProjectProRetail">
      <Language ID="MatchOS" />
      <Language ID="MatchPreviousMSI" />
      <Language ID="de-de" />
    </Product>
    <Product ID="ProofingTools">
      <Language ID="xh-za" />
    </Product>
  </Add>
  <Property Name="SharedComputerLicensing" Value="1" />
  <Updates TargetVersion="16.0.12345.20000" Channel="SemiAnnualPreview" />
  <RemoveMSI />
  <AppSettings>
    <User Key="software\microsoft\office\16.0\excel\options" Name="defaultformat" Value="51" Type="REG_DWORD" App="excel16" Id="L_SaveExcelfilesas" />
    <User Key="software\microsoft\office\16.0\powerpoint\options" Name="defaultformat" Value="27" Type="REG_DWORD" App="ppt16" Id="L_SavePowerPointfilesas" />
    <User Key="software\microsoft\office\16.0\word\options" Name="defaultformat" Value="" Type="REG_SZ" App="word16" Id="L_SaveWordfilesas" />
  </AppSettings>
  <Display Level="Full" AcceptEULA="TRUE" />
</Configuration>
)");
  const Report report = check(built.xml);
  EXPECT_EQ(report.verdict(), Verdict::kAccept);
  EXPECT_EQ(report.configuration, built.configuration);
}

TEST(AppSuiteTest, SaysWhatIsNotAsked) {
  const Built built = build(suite());
  EXPECT_EQ(built.xml,
            "<Configuration>\n  <Add OfficeClientEdition=\"64\">\n"
            "    <Product ID=\"O365ProPlusRetail\">\n      <Language ID=\"MatchOS\" />\n"
            "    </Product>\n  </Add>\n</Configuration>\n");
}

TEST(AppSuiteTest, RefusesTheBusinessSuite) {
  const Built built = graph(R"({"productIds": ["o365BusinessRetail"]})");
  ASSERT_THAT(built.problems, SizeIs(1));
  EXPECT_THAT(built.problems[0], HasSubstr("only available as configuration XML"));
  EXPECT_EQ(built.xml, "");
}

TEST(AppSuiteTest, ConfigurationXmlWinsOverEverything) {
  const std::string xml =
      "<Configuration><Add><Product ID='O365BusinessRetail'><Language ID='en-us'/></Product></Add>"
      "</Configuration>";
  const Built plain =
      graph(R"({"productIds": ["o365BusinessRetail"], "officeConfigurationXml": ")" + xml + "\"}");
  EXPECT_EQ(plain.xml, xml);
  const Built encoded = graph(
      R"({"updateChannel": "none", "officeConfigurationXml": "PENvbmZpZ3VyYXRpb24+PFJlbW92ZSBBbGw9J1RSVUUnLz48L0NvbmZpZ3VyYXRpb24+"})");
  EXPECT_EQ(encoded.xml, "<Configuration><Remove All='TRUE'/></Configuration>");
  EXPECT_TRUE(encoded.configuration.remove);
  const Built bad = graph(R"({"officeConfigurationXml": "<Configuration"})");
  ASSERT_THAT(bad.problems, SizeIs(1));
  EXPECT_THAT(bad.problems[0], HasSubstr("line 1"));
}

TEST(AppSuiteTest, AVersionNeedsItsChannel) {
  AppSuite settings = suite();
  settings.target_version = "16.0.12345.20000";
  EXPECT_THAT(build(settings).problems, SizeIs(1));
  settings.channel = "Halfjaarlijks (gericht)";
  EXPECT_THAT(build(settings).xml, HasSubstr("Version=\"16.0.12345.20000\""));
  settings.target_version = "2004";
  EXPECT_THAT(build(settings).problems, SizeIs(1));
  settings.target_version.clear();
  settings.update_version = "2004";
  EXPECT_THAT(build(settings).problems, SizeIs(1));
  settings.builds = {{"Current", "2004", "16.0.1.1"}, {"Targeted", "2004", "16.0.12730.20270"}};
  EXPECT_THAT(build(settings).xml, HasSubstr("Version=\"16.0.12730.20270\""));
  settings.target_version = "16.0.1.1";
  EXPECT_THAT(build(settings).problems, SizeIs(1));
}

TEST(AppSuiteTest, ARequiredAssignmentIsSilent) {
  AppSuite settings = suite();
  settings.display_level = "Full";
  settings.required = true;
  EXPECT_THAT(build(settings).xml, HasSubstr("<Display Level=\"None\" />"));
}

TEST(AppSuiteTest, UninstallsTheProductsOrAll) {
  AppSuite settings = suite({SuiteProduct::kProject, SuiteProduct::kEnterprise});
  settings.removal = Removal::kProducts;
  EXPECT_EQ(build(settings).xml,
            "<Configuration>\n  <Remove>\n    <Product ID=\"O365ProPlusRetail\" />\n"
            "    <Product ID=\"ProjectProRetail\" />\n  </Remove>\n</Configuration>\n");
  settings.removal = Removal::kAll;
  EXPECT_EQ(build(settings).xml, "<Configuration>\n  <Remove All=\"TRUE\" />\n</Configuration>\n");
}

TEST(AppSuiteTest, NoAppAtAllIsNoSuite) {
  AppSuite settings = suite({SuiteProduct::kEnterprise, SuiteProduct::kVisio});
  settings.excluded_apps = {"access",  "bing",    "excel",      "groove",    "lync",  "oneDrive",
                            "oneNote", "outlook", "powerPoint", "publisher", "teams", "word"};
  EXPECT_THAT(build(settings).xml, Not(HasSubstr("O365ProPlusRetail")));
  EXPECT_THAT(build(settings).xml, HasSubstr("VisioProRetail"));
  settings.products.pop_back();
  EXPECT_THAT(build(settings).problems, SizeIs(1));
}

TEST(AppSuiteTest, RefusesWhatIsUnknown) {
  AppSuite settings = suite();
  settings.channel = "Weekly";
  settings.excluded_apps = {"solitaire"};
  settings.locales = {"xx-xx"};
  settings.architecture = "arm64";
  settings.display_level = "Half";
  EXPECT_THAT(build(settings).problems, SizeIs(5));
}

TEST(AppSuiteTest, ChannelsHaveManyNames) {
  EXPECT_EQ(channel_named("Maandelijks"), "Current");
  EXPECT_EQ(channel_named("maandelijks (gericht)"), "CurrentPreview");
  EXPECT_EQ(channel_named("Halfjaarlijks"), "SemiAnnual");
  EXPECT_EQ(channel_named("Halfjaarlijks (gericht)"), "SemiAnnualPreview");
  EXPECT_EQ(channel_named("Broad"), "SemiAnnual");
  EXPECT_EQ(channel_named("monthlyEnterprise"), "MonthlyEnterprise");
  EXPECT_EQ(channel_named("none"), "");
}

TEST(AppSuiteTest, RefusesOtherJsonWithoutRepeatingIt) {
  const char* const kBad[] = {"",
                              "[]",
                              "{",
                              "{\"productIds\": \"AAAAA-BBBBB\"}",
                              "{\"productIds\": [7]}",
                              "{\"excludedApps\": {\"word\": \"AAAAA\"}}",
                              "{\"autoAcceptEula\": \"AAAAA\"}",
                              "{\"officeConfigurationXml\": \"AAAAA!\"}",
                              "{\"officeConfigurationXml\": AAAAA}",
                              "{\"officePlatformArchitecture\": \"arm\"}"};
  for (const char* json : kBad) {
    AppSuite out;
    std::string error;
    EXPECT_FALSE(read_app_suite(json, out, error)) << json;
    EXPECT_NE(error, "");
    EXPECT_EQ(error.find("AAAAA"), std::string::npos) << error;
  }
  AppSuite out;
  std::string error;
  EXPECT_FALSE(read_app_suite(std::string(1'000'000, '['), out, error));
}

}  // namespace
}  // namespace cspkit::odt

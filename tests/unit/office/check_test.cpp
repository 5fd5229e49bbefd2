// SPDX-License-Identifier: Apache-2.0
// Every rule: a configuration that breaks it and nothing else of weight.
#include <gtest/gtest.h>

#include <algorithm>
#include <cspkit/odt/check.hpp>
#include <fstream>
#include <iterator>
#include <ostream>

namespace cspkit::odt {
namespace {

const std::string kSuite = "<Product ID=\"O365ProPlusRetail\"><Language ID=\"en-us\"/></Product>";

std::string whole(const std::string& inner) {
  return "<Configuration>" + inner + "</Configuration>";
}

std::string in_add(const std::string& inner, const std::string& attributes = "") {
  return whole("<Add " + attributes + ">" + inner + "</Add>");
}

std::string product(const std::string& inner, const std::string& id = "O365ProPlusRetail",
                    const std::string& attributes = "") {
  return in_add("<Product ID=\"" + id + "\" " + attributes + ">" + inner + "</Product>");
}

std::string property(const std::string& name, const std::string& value) {
  return "<Property Name=\"" + name + "\" Value=\"" + value + "\"/>";
}

std::string user(const std::string& type, const std::string& value) {
  return whole("<AppSettings><User Key=\"k\" Name=\"n\" Value=\"" + value + "\" Type=\"" + type +
               "\" App=\"word16\" Id=\"i\"/></AppSettings>");
}

const Finding* find(const Report& report, std::string_view code) {
  for (const Finding& finding : report.findings) {
    if (finding.code == code) return &finding;
  }
  return nullptr;
}

struct Case {
  const char* code;
  Verdict verdict;  // of the profile odt
  std::string text;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.code << " " << c.text; }

constexpr Verdict kReject = Verdict::kReject;
constexpr Verdict kWarn = Verdict::kAcceptWarn;
constexpr Verdict kFine = Verdict::kAccept;

class RuleTest : public ::testing::TestWithParam<Case> {};

TEST_P(RuleTest, FindsIt) {
  const Report report = check(GetParam().text);
  const Finding* finding = find(report, GetParam().code);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(report.verdict(), GetParam().verdict) << finding->message;
  const bool is_error = finding->severity == Severity::kError;
  EXPECT_EQ(is_error, GetParam().verdict == kReject) << finding->message;
  const RuleInfo* rule = find_rule(finding->code);
  ASSERT_NE(rule, nullptr);
  EXPECT_LE(finding->severity, rule->severity);
}

INSTANTIATE_TEST_SUITE_P(
    Documents, RuleTest,
    ::testing::Values(
        Case{"X001", kReject, "<Configuration>"}, Case{"X001", kReject, ""},
        Case{"X002", kReject, "<!DOCTYPE a>" + whole("<Remove All='TRUE'/>")},
        Case{"X003", kReject, "<configuration/>"}, Case{"X003", kReject, "<Add/>"},
        Case{"X004", kReject, "<Configuration Product=\"ProPlus\"><Display/></Configuration>"},
        Case{"X004", kReject, whole("<Setting Id=\"a\" Value=\"b\"/>")},
        Case{"X004", kReject, whole("<Display CompletionNotice=\"Yes\"/>")},
        Case{"X005", kWarn, in_add(" SourcePath=\"x\" " + kSuite)},
        Case{"X006", kReject, "<Configuration ID=\xE2\x80\x9Cx\xE2\x80\x9D/>"},
        Case{"X006", kReject, "<Configuration \xE2\x80\x8B/>"},
        Case{"X006", kReject, "\\<Configuration/>"},
        Case{"N001", kWarn, in_add(kSuite, "channel=\"Current\"")},
        Case{"N001", kWarn, whole("<Display/><Unknown/>")},
        Case{"N002", kWarn, in_add(kSuite + property("a", "b"))},
        Case{"N002", kWarn, product("<Product ID=\"O365ProPlusRetail\"/><Language ID=\"en-us\"/>")},
        Case{"N003", kReject, whole("<Remove All='TRUE'/><Remove/>")},
        Case{"N004", kWarn, product("<Language ID=\" en-us\"/>")},
        Case{"P001", kReject, in_add("<Product/>")},
        Case{"P001", kReject, product("<Language ID=\"\"/>")},
        Case{"P001", kReject, product("<Language ID=\"en-us\"/><ExcludeApp/>")},
        Case{"P001", kReject, whole("<RemoveMSI><IgnoreProduct/></RemoveMSI>")},
        Case{"P001", kReject, whole("<Property Name=\"FORCEAPPSHUTDOWN\"/>")},
        Case{"P001", kReject, whole("<Property Value=\"TRUE\"/>")}));

INSTANTIATE_TEST_SUITE_P(
    Adding, RuleTest,
    ::testing::Values(
        Case{"A001", kReject, in_add(kSuite, "OfficeClientEdition=\"x64\"")},
        Case{"A002", kReject, in_add(kSuite, "Version=\"16.0.xxxxx.yyyyy\" Channel=\"Current\"")},
        Case{"A002", kWarn, in_add(kSuite, "Version=\"-1\"")},
        Case{"A003", kFine, in_add(kSuite, "Version=\"16.0.12345.20000\"")},
        Case{"A004", kReject, in_add(kSuite, "DownloadPath=\"C:\\x\"")},
        Case{"A007", kWarn, in_add(kSuite, "SourcePath=\".\\\"")},
        Case{"A007", kWarn, in_add(kSuite, "SourcePath=\"\\\\\\\\server\\\\share\"")},
        Case{"A007", kFine, in_add(kSuite, "SourcePath=\"\\\\server\\share\\Office\"")},
        Case{"A007", kWarn, whole("<Updates UpdatePath=\"\\\\\\\\server\\\\share\"/>")},
        Case{"A008", kReject, whole("<Add/>")},
        Case{"C001", kReject, in_add(kSuite, "Channel=\"Curent\"")},
        Case{"C001", kReject, whole("<Updates Channel=\"Always\"/>")},
        Case{"C002", kWarn, in_add(kSuite, "Channel=\"Monthly\"")},
        Case{"C002", kWarn, in_add(kSuite, "Channel=\"targeted\"")},
        Case{"C003", kReject, in_add(kSuite, "Channel=\"PerpetualVL2021\"")},
        Case{"C003", kReject,
             in_add("<Product ID=\"ProPlus2019Volume\"><Language ID=\"en-us\"/></Product>",
                    "Channel=\"Current\"")},
        Case{"C004", kFine,
             whole("<Add Channel=\"Current\">" + kSuite +
                   "</Add><Updates Channel=\"SemiAnnual\"/>")},
        Case{"D001", kWarn, product("<Language ID=\"en-us\"/>", "O365ProPlusRetial")},
        Case{"D001", kWarn, product("<Language ID=\"en-us\"/>", "o365proplusretail")},
        Case{"D001", kWarn, product("<Language ID=\"en-us\"/>", "ProPlusRetail")},
        Case{"D001", kWarn, product("<Language ID=\"en-us\"/>", "ProPlusVolume")},
        Case{"D002", kWarn, in_add(kSuite + kSuite)},
        Case{"D003", kReject,
             product("<Language ID=\"en-us\"/>", "ProPlus2021Volume", "PIDKEY=\"123\"")},
        Case{"D003", kWarn,
             product("<Language ID=\"en-us\"/>", "ProPlus2021Volume",
                     "PIDKEY=\"#####-#####-#####-#####-#####\"")},
        Case{"D003", kWarn,
             product("<Language ID=\"en-us\"/>", "O365ProPlusRetail",
                     "PIDKEY=\"AAAAA-BBBBB-CCCCC-DDDDD-EEEEE\"")},
        Case{"D004", kWarn,
             product("<Language ID=\"en-us\"/>", "VisioProRetail", "MSICondition=\"\"")},
        Case{"D004", kWarn,
             product("<Language ID=\"en-us\"/>", "VisioProRetail",
                     "MSICondition=\"VisPro, VisStd\"")}));

INSTANTIATE_TEST_SUITE_P(
    Languages, RuleTest,
    ::testing::Values(
        Case{"L001", kWarn, product("<Language ID=\"en-es\"/>")},
        Case{"L001", kWarn, product("<Language ID=\"zh-sg\"/>")},
        Case{"L001", kWarn, product("<Language ID=\"MatchOS\" Fallback=\"xx-xx\"/>")},
        Case{"L002", kReject, product("<Language ID=\"en-gb\"/>", "VisioProRetail")},
        Case{"L003", kReject,
             product("<Language ID=\"en-us\"/><Language ID=\"MatchPreviousMSI\"/>")},
        Case{"L003", kReject,
             whole("<Add><Product ID=\"O365ProPlusRetail\"><Language ID=\"MatchPreviousMSI\"/>"
                   "</Product></Add><RemoveMSI/>")},
        Case{"L003", kFine,
             whole("<Add><Product ID=\"O365ProPlusRetail\"><Language ID=\"MatchOS\"/><Language "
                   "ID=\"MatchPreviousMSI\"/></Product></Add><RemoveMSI/>")},
        Case{"L004", kFine, product("<Language ID=\"en-us\" Fallback=\"de-de\"/>")},
        Case{"L004", kFine, product("<Language ID=\"MatchOS\" TargetProduct=\"All\"/>")},
        Case{"L006", kFine, product("")},
        Case{"E001", kWarn, product("<Language ID=\"en-us\"/><ExcludeApp ID=\"Skype\"/>")},
        Case{"E001", kWarn, product("<Language ID=\"en-us\"/><ExcludeApp ID=\"InfoPath\"/>")},
        Case{"E001", kWarn, product("<Language ID=\"en-us\"/><ExcludeApp ID=\"groove\"/>")},
        Case{"E001", kFine,
             product("<Language ID=\"en-us\"/><ExcludeApp ID=\"Teams\"/>", "LanguagePack")}));

INSTANTIATE_TEST_SUITE_P(
    Others, RuleTest,
    ::testing::Values(
        Case{"V001", kReject, whole(property("AUTOACTIVATE", "yes"))},
        Case{"V001", kReject, whole(property("FORCEAPPSHUTDOWN", "1"))},
        Case{"V001", kWarn, whole(property("PACKAGEGUID", "{a}"))},
        Case{"V002", kFine, whole(property("SCLCacheOverride", "1"))},
        Case{"V002", kFine,
             whole(property("SharedComputerLicensing", "1") +
                   property("DeviceBasedLicensing", "1"))},
        Case{"V002", kFine, whole("<Add>" + kSuite + "</Add>" + property("AUTOACTIVATE", "1"))},
        Case{"V003", kWarn, whole(property("AUTOACTIVTE", "1"))},
        Case{"V003", kWarn, whole(property("TenantId", "00000000-0000-0000-0000-000000000000"))},
        Case{"V003", kWarn, whole(property("ForceAppShutdown", "TRUE"))},
        Case{"V003", kWarn, whole(property("AUTOACTIVATE", "1") + property("AUTOACTIVATE", "0"))},
        Case{"V004", kWarn, whole("<Display Level=\"NONE\"/>")},
        Case{"V004", kWarn, whole("<Display AcceptEULA=\"Yes\"/>")},
        Case{"U001", kReject, whole("<Updates Deadline=\"tomorrow\"/>")},
        Case{"U001", kReject, whole("<Updates Deadline=\"02/30/2025 10:00\"/>")},
        Case{"U002", kReject, whole("<Updates TargetVersion=\"16.1\"/>")},
        Case{"R001", kFine,
             whole("<Remove All=\"TRUE\"><Product ID=\"VisioProRetail\"/></Remove>")},
        Case{"R002", kFine,
             whole("<Add>" + kSuite +
                   "</Add><Remove><Product ID=\"VisioProRetail\"/>"
                   "</Remove>")},
        Case{"S001", kWarn, whole("<Display/><Logging Level=\"Off\"/>")},
        Case{"S001", kWarn, in_add(kSuite, "ForceUpgrade=\"TRUE\"")},
        Case{"S001", kWarn, in_add(kSuite, "Branch=\"Current\"")},
        Case{"S001", kWarn, whole("<RemoveMSI All=\"TRUE\"/>")},
        Case{"O001", kReject, user("REG_BINARY", "1")},
        Case{"O001", kReject, user("REG_DWORD", "x")},
        Case{"O001", kReject, user("REG_DWORD", "4294967296")},
        Case{"Z001", kReject, "<Configuration/>"},
        Case{"Z001", kReject, whole("<Info Description=\"x\"/>")}));

TEST(CheckTest, WhatIsRightGivesNoFinding) {
  const std::string kRight[] = {
      in_add(kSuite, "OfficeClientEdition=\"32\" Channel=\"Current\""),
      whole("<Remove All=\"TRUE\"/><Display Level=\"None\" AcceptEULA=\"true\"/>"),
      whole("<Updates Channel=\"Current\"/>"),
      user("REG_DWORD", "51"),
      user("REG_SZ", ""),
      in_add("", "MigrateArch=\"TRUE\" OfficeClientEdition=\"64\""),
      whole("<Updates Deadline=\"12/31/2030 08:00\" TargetVersion=\"16.0.12345.20000\"/>")};
  for (const std::string& text : kRight) {
    const Report report = check(text);
    EXPECT_EQ(report.verdict(), Verdict::kAccept) << text;
    EXPECT_TRUE(report.findings.empty()) << text << report.findings[0].message;
  }
}

// Intune's own note is ignored like everything the tool does not know; that refuses nothing.
TEST(CheckTest, WhatIntuneWroteIsTold) {
  const std::string text = whole("<Remove All=\"TRUE\"/><LastExecuteTime>1</LastExecuteTime>");
  CheckOptions strict;
  strict.profile = Profile::kStrict;
  for (const Report& report : {check(text), check(text, strict)}) {
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_EQ(report.findings[0].code, "N001");
    EXPECT_EQ(report.findings[0].severity, Severity::kInfo);
    EXPECT_EQ(report.verdict(), Verdict::kAcceptWarn);
  }
}

TEST(CheckTest, TheStrictProfileRefusesWhatTheToolWouldIgnore) {
  const std::string kRefused[] = {in_add(kSuite, "channel=\"Current\""),
                                  in_add(kSuite + property("a", "b")),
                                  in_add(" SourcePath=\"x\" " + kSuite),
                                  product("<Language ID=\"en-us\"/>", "Unknown"),
                                  product("<Language ID=\"en-us\"/>", "o365proplusretail"),
                                  product("<Language ID=\"en-es\"/>")};
  CheckOptions strict;
  strict.profile = Profile::kStrict;
  for (const std::string& text : kRefused) {
    EXPECT_EQ(check(text).verdict(), Verdict::kAcceptWarn) << text;
    EXPECT_EQ(check(text, strict).verdict(), Verdict::kReject) << text;
  }
  EXPECT_EQ(check(in_add(kSuite, "Channel=\"Monthly\""), strict).verdict(), Verdict::kAcceptWarn);
}

TEST(CheckTest, SuggestsWhatWasMeant) {
  const std::pair<std::string, std::string> kSlips[] = {
      {in_add(kSuite, "channel=\"Current\""), "'Channel'?"},
      {in_add(kSuite, "AllowCDNFallback=\"TRUE\""), "'AllowCdnFallback'?"},
      {whole("<display Level=\"None\"/><Updates/>"), "'Display'?"},
      {whole("<Updates UpdateChannel=\"Broad\"/>"), "'Channel'?"},
      {in_add(kSuite, "Channel=\"SemiAnual\""), "'SemiAnnual'?"},
      {product("<Language ID=\"en-us\"/>", "O365ProPlusRetial"), "'O365ProPlusRetail'?"},
      {product("<Language ID=\"en-uss\"/>"), "'en-us'?"},
      {product("<Language ID=\"en-us\"/><ExcludeApp ID=\"Acess\"/>"), "'Access'?"},
      {whole(property("FORCEAPPSHUTDWN", "TRUE")), "'FORCEAPPSHUTDOWN'?"},
  };
  for (const auto& [text, suggestion] : kSlips) {
    const Report report = check(text);
    ASSERT_FALSE(report.findings.empty()) << text;
    EXPECT_NE(report.findings[0].message.find("did you mean " + suggestion), std::string::npos)
        << report.findings[0].message;
  }
}

TEST(CheckTest, PlacesAreThoseOfTheAttribute) {
  const Report report = check(
      "<Configuration>\n  <Add\n    OfficeClientEdition=\"16\">\n    <Product ID=\"x\"/>\n"
      "  </Add>\n</Configuration>");
  const Finding* edition = find(report, "A001");
  ASSERT_NE(edition, nullptr);
  EXPECT_EQ(edition->position.line, 3u);
  EXPECT_EQ(edition->position.column, 5u);
  const Finding* unknown = find(report, "D001");
  ASSERT_NE(unknown, nullptr);
  EXPECT_EQ(unknown->position.line, 4u);
  EXPECT_EQ(unknown->position.column, 14u);
}

TEST(CheckTest, TheMachineDecidesToo) {
  CheckOptions options;
  options.target.windows_64bit = false;
  EXPECT_NE(find(check(in_add(kSuite, "OfficeClientEdition=\"64\""), options), "A005"), nullptr);
  options = {};
  options.target.arm = true;
  EXPECT_NE(find(check(in_add(kSuite, "OfficeClientEdition=\"32\""), options), "A005"), nullptr);
  options = {};
  options.target.installed_edition = "32";
  const std::string other = in_add(kSuite, "OfficeClientEdition=\"64\"");
  const Report mismatch = check(other, options);
  ASSERT_NE(find(mismatch, "A006"), nullptr);
  EXPECT_EQ(find(mismatch, "A006")->status, 1603);
  EXPECT_EQ(
      check(in_add(kSuite, "OfficeClientEdition=\"64\" MigrateArch=\"TRUE\""), options).verdict(),
      Verdict::kAccept);
  options = {};
  options.target.installed_products.emplace();
  EXPECT_EQ(check(product(""), options).verdict(), Verdict::kReject);
  options.target.installed_products->push_back("O365ProPlusRetail");
  EXPECT_EQ(check(product(""), options).verdict(), Verdict::kAccept);
}

TEST(CheckTest, DownloadsCannotMatchWhatIsInstalled) {
  CheckOptions options;
  options.mode = Mode::kDownload;
  EXPECT_NE(find(check(product("<Language ID=\"MatchInstalled\"/>"), options), "L005"), nullptr);
  EXPECT_NE(find(check(in_add(kSuite, "Version=\"MatchInstalled\""), options), "L005"), nullptr);
}

TEST(CheckTest, DeadlinesAreComparedWithTheClock) {
  CheckOptions options;
  options.now_utc = 1'763'722'044;  // 2025-11-21
  const auto found = [&](const std::string& deadline) {
    return find(check(whole("<Updates Deadline=\"" + deadline + "\"/>"), options), "U001") !=
           nullptr;
  };
  EXPECT_TRUE(found("11/20/2025 10:00"));
  EXPECT_TRUE(found("11/25/2025 10:00"));
  EXPECT_FALSE(found("12/25/2025 10:00"));
}

TEST(CheckTest, FindingsAreBounded) {
  std::string text = "<Configuration><Remove All='TRUE'/>";
  for (int i = 0; i < 50000; ++i) text += "<Unknown/>";
  text += "<Remove/></Configuration>";
  const Report report = check(text);
  EXPECT_LE(report.findings.size(), 400u);
  ASSERT_NE(report.first_error(), nullptr);
  EXPECT_EQ(report.first_error()->code, "N003");
}

TEST(CheckTest, RulesAreListedOnce) {
  for (const RuleInfo& rule : rules()) EXPECT_EQ(find_rule(rule.code), &rule) << rule.code;
  EXPECT_EQ(find_rule("Q001"), nullptr);
  EXPECT_EQ(rules().front().code, "X001");
  EXPECT_EQ(rules().back().code, "Z001");
}

TEST(CheckTest, TheReadmeListsTheRules) {
  std::ifstream in(CSPKIT_OFFICE_README, std::ios::binary);
  const std::string readme((std::istreambuf_iterator<char>(in)), {});
  for (const RuleInfo& rule : rules()) {
    const std::string row =
        "| " + std::string(rule.code) + " | " + std::string(severity_name(rule.severity)) +
        (rule.strict_error ? ", strict: error | " : " | ") + std::string(rule.summary) + " |\n";
    EXPECT_NE(readme.find(row), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace cspkit::odt

// SPDX-License-Identifier: Apache-2.0
// Configurations in the shapes that people write: each differs from what Microsoft shows in one
// way, and the rule decides, not the sample. Written for this test; the corpus has the real ones.
#include <gtest/gtest.h>

#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/check.hpp>
#include <ostream>

namespace cspkit::odt {
namespace {

constexpr Verdict kReject = Verdict::kReject;
constexpr Verdict kWarn = Verdict::kAcceptWarn;
constexpr Verdict kFine = Verdict::kAccept;

const std::string kSuite = "<Product ID=\"O365ProPlusRetail\"><Language ID=\"en-us\"/></Product>";

std::string whole(const std::string& inner) {
  return "<Configuration>" + inner + "</Configuration>";
}

std::string add(const std::string& attributes, const std::string& inner = kSuite) {
  return whole("<Add " + attributes + ">" + inner + "</Add>");
}

std::string with_key(const std::string& key) {
  return add("", "<Product ID=\"ProPlus2021Volume\" PIDKEY=\"" + key +
                     "\"><Language ID=\"en-us\"/></Product>");
}

std::string spoken(const std::string& ids, const std::string& more = {}) {
  return whole("<Add><Product ID=\"O365ProPlusRetail\">" + ids + "</Product></Add>" + more);
}

std::string property(const std::string& name, const std::string& value) {
  return whole("<Property Name=\"" + name + "\" Value=\"" + value + "\"/>");
}

struct Shape {
  Verdict verdict;
  std::string text;
};
void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.text; }

class FieldTest : public ::testing::TestWithParam<Shape> {};

TEST_P(FieldTest, TheRuleDecides) {
  const Report report = check(GetParam().text);
  std::string told;
  for (const Finding& finding : report.findings)
    told += finding.code + " " + finding.message + "\n";
  EXPECT_EQ(verdict_name(report.verdict()), verdict_name(GetParam().verdict)) << told;
  if (report.configuration == Configuration()) return;
  // What is written of it is the same, and judged the same.
  const Report again = check(serialise(report.configuration));
  EXPECT_EQ(again.configuration, report.configuration);
  EXPECT_EQ(again.verdict() == kReject, report.verdict() == kReject);
}

INSTANTIATE_TEST_SUITE_P(
    Documents, FieldTest,
    ::testing::Values(
        Shape{kFine, "\r\n  " + add("")},                       // blanks before the root
        Shape{kFine, "<?xml version=\"1.0\"?>\r\n" + add("")},  // a declaration without encoding
        Shape{kReject, "\n<?xml version=\"1.0\"?>" + add("")},
        Shape{kFine, "<!-- a > b & \"c\" --><?note?>" + add("") + "<!-- end -->\r\n"},
        Shape{kReject, "<!-- a -- b -->" + add("")}, Shape{kReject, add("") + "end"},
        Shape{kReject, "<#" + add("")}, Shape{kReject, add("") + add("")},
        Shape{kReject, "<Configuration><Add><Product ID=\"O365ProPlusRetail\"></Add>"},
        Shape{kReject,
              "<Configuration><Display Level=\"None\"AcceptEULA=\"TRUE\"/></Configuration>"},
        Shape{kReject, whole("<Info Description=\"R&D\"/><Remove All=\"TRUE\"/>")},
        Shape{kFine, whole("<Info Description=\"R&amp;D &#x2013; 'a'\"/><Remove All=\"TRUE\"/>")},
        Shape{kReject, "<configuration><add/></configuration>"},
        Shape{kReject, "<ConfigurationFile><Add/></ConfigurationFile>"},
        Shape{kReject, whole("<add>" + kSuite + "</add>")},  // nothing is left to do
        Shape{kWarn, whole("<display Level=\"None\"/><Remove All=\"TRUE\"/>")},
        Shape{kReject, whole("<!-- <Add/> -->")}, Shape{kReject, whole("<Logging Level=\"Off\"/>")},
        Shape{kWarn, whole("<Extend DownloadFirst=\"true\"/><Remove All=\"TRUE\"/>")},
        Shape{kWarn, whole("<LastExecuteTime>1</LastExecuteTime><Remove All=\"TRUE\"/>")},
        Shape{kWarn, whole("<Remove All=\"True\"><RemoveMSI/></Remove>")},
        Shape{kWarn, whole("<Product ID=\"O365ProPlusRetail\"/><Remove All=\"TRUE\"/>")},
        Shape{kWarn, whole("{% if x %}<Remove All=\"TRUE\"/>{% endif %}")},
        Shape{kReject, whole("<Add>" + kSuite + "</Add><Add>" + kSuite + "</Add>")},
        Shape{kReject, whole("<Display Level=\"None\"/><Display Level=\"Full\"/>")},
        Shape{kFine, whole("<Display/>")}, Shape{kFine, whole("<RemoveMSI/>")},
        Shape{kFine, whole("<Updates/>")}, Shape{kFine, whole("<AppSettings/>")}));

INSTANTIATE_TEST_SUITE_P(
    Adding, FieldTest,
    ::testing::Values(
        Shape{kFine, add("OfficeClientEdition='64' Channel='Current'")},
        Shape{kReject, add("OfficeClientEdition=\"x86\"")},
        Shape{kReject, add("OfficeClientEdition=\"{{arch}}\"")},
        Shape{kReject, add("OfficeClientEdition=\"64-bit\"")},
        Shape{kWarn, add("officeclientedition=\"64\"")},
        Shape{kWarn, add("AllowCDNFallback=\"TRUE\"")},
        Shape{kFine, add("AllowCdnFallback=\"true\" MigrateArch=\"True\" OfficeMgmtCOM=\"FALSE\"")},
        Shape{kWarn, add("OfficeMgmtCOM=\"Yes\"")}, Shape{kWarn, add("ForceUpgrade=\"FALSE\"")},
        Shape{kWarn, add("ForceUpgrade=\"\"")}, Shape{kWarn, add("Platform=\"x64\"")},
        Shape{kWarn, add("Branch=\"CurrentPreview\"")}, Shape{kReject, add("Branch=\"Odd\"")},
        Shape{kWarn, add("Branch=\"Validation\" Channel=\"Current\"")},
        Shape{kReject, add("Channel=\"MonthlyChannel\"")}, Shape{kReject, add("Channel=\"%ch%\"")},
        Shape{kReject, add("Channel=\"MonthlyPreview\"")}, Shape{kWarn, add("Channel=\"current\"")},
        Shape{kWarn, add("Channel=\" Current\"")}, Shape{kWarn, add("Channel=\"InsiderFast\"")},
        Shape{kFine, add("Version=\"16.0.13127.21624\"")},
        Shape{kFine, add("Version=\"MatchInstalled\" Channel=\"Current\"")},
        Shape{kReject, add("Version=\"2019\"")},
        Shape{kReject, add("Version=\"16.0.xxxxx.yyyyy\"")},
        Shape{kReject, add("Version=\"17.0.1.2\"")}, Shape{kReject, add("Version=\"16.0.12345\"")},
        Shape{kFine, add("Version=\"15.0.4420.1017\"")},
        Shape{kReject, add("DownloadPath=\"\\\\a\\b\"")},
        Shape{kFine, add("DownloadPath=\"\\\\a\\b\" Version=\"16.0.1.2\" Channel=\"Current\"")},
        Shape{kFine, add("SourcePath=\"D:\\\"")}, Shape{kFine, add("SourcePath=\"\\\\s\\d$\\x\"")},
        Shape{kFine, add("SourcePath=\"C:\\Temp\\Office\\\"")},
        Shape{kFine, add("SourcePath=\"\"")}, Shape{kWarn, add("SourcePath=\"Office\"")},
        Shape{kWarn, add("SourcePath=\"..\\x\"")},
        Shape{kWarn, add("SourcePath=\"https://officecdn.microsoft.com/pr/x\"")},
        Shape{kWarn, add("SourcePath=\"%~dp0\"")},
        Shape{kWarn, add("SourcePath=\"$PSScriptRoot\"")},
        Shape{kWarn, add("SourcePath=\"/mnt/x\"")}, Shape{kWarn, add("SourcePath=\"C:\\\\Temp\"")},
        Shape{kReject, add("", "")}, Shape{kFine, add("MigrateArch=\"TRUE\"", "")},
        Shape{kReject, add("MigrateArch=\"FALSE\"", "")},
        Shape{kReject, add("", "<Display Level=\"None\"/>")},
        Shape{kWarn, add("", kSuite + "<Language ID=\"de-de\"/>")},
        Shape{kWarn, add("", kSuite + "<ExcludeApp ID=\"Teams\"/>")},
        Shape{kWarn, add("", " Channel=\"Current\" " + kSuite)}));

INSTANTIATE_TEST_SUITE_P(Keys, FieldTest,
                         ::testing::Values(Shape{kFine, with_key("FXYTK-NJJ8C-GB6DW-3DYQT-6F7TH")},
                                           Shape{kFine, with_key("fxytk-njj8c-gb6dw-3dyqt-6f7th")},
                                           Shape{kWarn, with_key("#####-#####-#####-#####-#####")},
                                           Shape{kWarn, with_key("xxxxx-xxxxx-xxxxx-xxxxx-xxxxx")},
                                           Shape{kWarn, with_key("{{ key }}")},
                                           Shape{kWarn, with_key("%KEY%")},
                                           Shape{kWarn, with_key("YOUR-PRODUCT-KEY")},
                                           Shape{kWarn, with_key("")},
                                           Shape{kReject, with_key("FXYTK-NJJ8C-GB6DW-3DYQT")},
                                           Shape{kReject, with_key("FXYTKNJJ8CGB6DW3DYQT6F7TH")}));

INSTANTIATE_TEST_SUITE_P(
    Languages, FieldTest,
    ::testing::Values(
        Shape{kFine, spoken("<Language ID=\"EN-US\"/><Language ID=\"nl-NL\"/>")},
        Shape{kFine, spoken("<Language ID=\"MatchOS\" Fallback=\"en-us\"/>")},
        Shape{kWarn, spoken("<Language ID=\"matchOS\"/>")},
        Shape{kFine, spoken("<Language ID=\"MatchInstalled\" TargetProduct=\"All\"/>")},
        Shape{kFine, spoken("<Language ID=\"ca-es-valencia\"/><Language ID=\"sr-latn-rs\"/>")},
        Shape{kFine, spoken("")}, Shape{kWarn, spoken("<Language ID=\"en\"/>")},
        Shape{kWarn, spoken("<Language ID=\"x-none\"/>")},
        Shape{kWarn, spoken("<Language ID=\"{{lang}}\"/>")},
        Shape{kReject, spoken("<Language ID=\"\"/>")}, Shape{kReject, spoken("<Language/>")},
        Shape{kReject, spoken("<Language ID=\"MatchPreviousMSI\"/>", "<RemoveMSI/>")},
        Shape{kReject, spoken("<Language ID=\"en-us\"/><Language ID=\"MatchPreviousMSI\"/>")},
        Shape{kFine, spoken("<Language ID=\"en-us\"/><Language ID=\"MatchPreviousMSI\"/>",
                            "<RemoveMSI/>")},
        Shape{kFine, spoken("<Language ID=\"MatchOS\"/><Language ID=\"MatchPreviousMSI\"/>",
                            "<RemoveMSI/>")},
        Shape{kReject,
              add("", "<Product ID=\"ProjectProXVolume\"><Language ID=\"es-mx\"/></Product>")},
        Shape{kFine,
              whole("<Remove><Product ID=\"VisioProRetail\"><Language ID=\"en-gb\"/></Product>"
                    "</Remove>")},
        Shape{kFine, add("", "<Product ID=\"ProofingTools\"><Language ID=\"yo-ng\"/></Product>")},
        Shape{kFine, add("", "<Product ID=\"LanguagePack\"><Language ID=\"de-de\"/></Product>")}));

INSTANTIATE_TEST_SUITE_P(
    Products, FieldTest,
    ::testing::Values(
        Shape{kWarn, add("", "<Product ID=\"O365Everything\"><Language ID=\"en-us\"/></Product>")},
        Shape{kWarn, add("", "<Product ID=\"%product%\"><Language ID=\"en-us\"/></Product>")},
        Shape{kWarn,
              add("", "<Product ID=\"proplus2021volume\"><Language ID=\"en-us\"/></Product>")},
        Shape{kWarn, add("", "<Product ID=\"ProPlusVolume\"><Language ID=\"en-us\"/></Product>")},
        Shape{kWarn, add("", "<Product ID=\"SPDRetail\"><Language ID=\"en-us\"/></Product>")},
        Shape{kFine,
              add("", "<Product ID=\"HomeStudentRetail\"><Language ID=\"en-us\"/></Product>")},
        Shape{kReject, add("", "<Product><Language ID=\"en-us\"/></Product>")},
        Shape{kWarn, add("", kSuite + kSuite)},
        Shape{kReject,
              add("Channel=\"Current\"",
                  "<Product ID=\"Standard2024Volume\"><Language ID=\"en-us\"/></Product>")},
        Shape{kFine, add("Channel=\"Current\"",
                         "<Product ID=\"VisioPro2021Volume\"><Language "
                         "ID=\"en-us\"/></Product>")},
        Shape{kWarn, spoken("<Language ID=\"en-us\"/><ExcludeApp ID=\"OutlookForWindows\"/>")},
        Shape{kWarn, spoken("<Language ID=\"en-us\"/><ExcludeApp ID=\"teams\"/>")},
        Shape{kWarn, spoken("<Language ID=\"en-us\"/><ExcludeApp ID=\"Skype\"/>")},
        Shape{kWarn, spoken("<Language ID=\"en-us\"/><ExcludeApp ID=\"Visio\"/>")},
        Shape{kReject, spoken("<Language ID=\"en-us\"/><ExcludeApp ID=\"\"/>")},
        Shape{kFine, spoken("<Language ID=\"en-us\"/><ExcludeApp ID=\"Teams\"/><ExcludeApp "
                            "ID=\"Bing\"/><ExcludeApp ID=\"OneDrive\"/>")},
        Shape{kFine, whole("<Remove><Product ID=\"O365ProPlusRetail\"/></Remove>")},
        Shape{kWarn, whole("<Remove><Product ID=\"Odd\"/></Remove>")},
        Shape{kWarn, whole("<Remove><Product ID=\"O365ProPlusRetail\"><ExcludeApp ID=\"Teams\"/>"
                           "</Product></Remove>")},
        Shape{kFine, whole("<RemoveMSI><IgnoreProduct ID=\"AnythingAtAll\"/></RemoveMSI>")},
        Shape{kWarn, whole("<RemoveMSI><Product ID=\"VisPro\"/></RemoveMSI>")},
        Shape{kWarn, whole("<RemoveMSI All=\"TRUE\"/>")}));

INSTANTIATE_TEST_SUITE_P(
    Others, FieldTest,
    ::testing::Values(
        Shape{kFine, whole("<Display Level=\"Full\" AcceptEULA=\"false\"/>")},
        Shape{kWarn, whole("<Display Level=\"none\"/>")},
        Shape{kWarn, whole("<Display Level=\"Basic\"/>")},
        Shape{kWarn, whole("<Display Level=\"None\" AcceptEula=\"TRUE\"/>")},
        Shape{kReject, whole("<Display Level=\"None\" CompletionNotice=\"No\"/>")},
        Shape{kFine, whole("<Updates Enabled=\"true\" UpdatePath=\"\" Channel=\"SemiAnnual\"/>")},
        Shape{kFine, whole("<Updates UpdatePath=\"http://server/office\"/>")},
        Shape{kFine, whole("<Updates UpdatePath=\"%appdata%\\office\"/>")},
        Shape{kWarn, whole("<Updates UpdateChannel=\"Broad\"/>")},
        Shape{kWarn, whole("<Updates DeadLine=\"12/31/2030 08:00\"/>")},
        Shape{kReject, whole("<Updates Deadline=\"31/12/2030 08:00\"/>")},
        Shape{kReject, whole("<Updates Deadline=\"2030-12-31T08:00\"/>")},
        Shape{kReject, whole("<Updates TargetVersion=\"16.0.x.y\"/>")},
        Shape{kReject, whole("<Updates Channel=\"PerpetualVL2022\"/>")},
        Shape{kWarn, whole("<Updates Channel=\"Deferred\"/>")},
        Shape{kWarn, whole("<Display/><Logging Level=\"Standard\" Path=\"%temp%\"/>")},
        Shape{kFine, property("FORCEAPPSHUTDOWN", "True")},
        Shape{kWarn, property("ForceAppShutdown", "TRUE")},
        Shape{kReject, property("FORCEAPPSHUTDOWN", "Yes")},
        Shape{kReject, property("SharedComputerLicensing", "TRUE")},
        Shape{kReject, property("AUTOACTIVATE", "2")},
        Shape{kWarn, property("PinIconsToTaskBar", "TRUE")},
        Shape{kWarn, property("TenantId", "00000000-0000-0000-0000-000000000000")},
        Shape{kWarn, property("Language", "en-us")}, Shape{kReject, property("", "1")},
        Shape{kWarn, property("PACKAGEGUID", "{12345678-ABCD-1234-ABCD-1234567890AB}")},
        Shape{kFine, whole("<AppSettings><Setup Name=\"Company\" Value=\"\"/></AppSettings>")},
        Shape{kFine, whole("<AppSettings><User Key=\"k\" Name=\"defaultformat\" Value=\"51\" "
                           "Type=\"REG_SZ\" App=\"excel16\" Id=\"i\"/></AppSettings>")},
        Shape{kReject, whole("<AppSettings><User Key=\"k\" Name=\"n\" Value=\"1\" "
                             "Type=\"DWORD\" App=\"a\" Id=\"i\"/></AppSettings>")},
        Shape{kReject, whole("<AppSettings><User Key=\"k\" Name=\"n\" Value=\"\" "
                             "Type=\"REG_DWORD\" App=\"a\" Id=\"i\"/></AppSettings>")}));

// Whatever of the catalogue stands in a file, in whatever case and order, is known.
TEST(FieldTest, TheWholeCatalogueIsKnown) {
  for (const ChannelInfo& channel : channels()) {
    const Verdict expected = channel.id == channel.canonical ? kFine : kWarn;
    EXPECT_EQ(check(whole("<Updates Channel=\"" + std::string(channel.id) + "\"/>")).verdict(),
              expected)
        << channel.id;
  }
  for (const std::string_view language : languages()) {
    const LanguageKind kind = language_kind(language);
    if (kind == LanguageKind::kKeyword) continue;
    const std::string id(language);
    EXPECT_EQ(check(spoken("<Language ID=\"" + id + "\"/>")).verdict(),
              kind == LanguageKind::kProofing ? kWarn : kFine)
        << id;
  }
  for (const ProductInfo& product : products()) {
    const bool odd = product.channels == ProductChannels::kNone || is_withdrawn(product);
    EXPECT_EQ(check(add("", "<Product ID=\"" + std::string(product.id) +
                                "\"><Language ID=\"en-us\"/></Product>"))
                  .verdict(),
              odd ? kWarn : kFine)
        << product.id;
  }
}

// Reading, writing and reading again is the identity, however the document is written.
TEST(FieldTest, EveryWayToWriteADocumentComesBack) {
  const std::string body =
      "<Configuration ID='a' xmlns:x=\"u\" x:y=\"1\" xml:space=\"preserve\">\n<!-- one\r\ntwo -->\n"
      "<Add\r\n\tSourcePath=\"\\\\a\\b&#9;c\"\r\n  Channel = 'Current' >"
      "<Product ID=\"O365ProPlusRetail\"><!--in--><Language ID=\"en-us\"><!-- deep --></Language>"
      "<?pi a=\"b\"?></Product>text &amp; <![CDATA[<more> ]] &amp;]]> end</Add>\n"
      "<Info Description=\"&quot;&#39;&lt;&gt;&amp;&#10;&#13;&#9;&#xE9; &#x1F600;\"/>\n"
      "<Odd a=' 1 '> x <b/> y <![CDATA[ z ]]><c d=\"\r\n\"/>\n</Odd>"
      "<AppSettings><User Key=\"k\" Name=\"n\" Value=\"  two  blanks \" Type=\"REG_SZ\" App=\"a\" "
      "Id=\"i\"/></AppSettings></Configuration>\n<!-- after --><?end?>";
  const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
      text.replace(at, from.size(), to);
    }
    return text;
  };
  const std::string lf = replaced(body, "\r\n", "\n");
  std::string wide = "\xFF\xFE";
  for (const char c : lf) wide += {c, '\0'};
  const std::string variants[] = {lf,
                                  replaced(lf, "\n", "\r\n"),
                                  replaced(lf, "\n", "\r"),
                                  "\xEF\xBB\xBF" + lf,
                                  "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + lf,
                                  "<?xml version=\"1.0\" encoding=\"windows-1252\"?>" + lf,
                                  wide,
                                  "\r\n\t " + lf};
  const Configuration expected = check(lf).configuration;
  ASSERT_TRUE(expected.info);
  EXPECT_EQ(expected.info->description, "\"'<>&\n\r\t\xC3\xA9 \xF0\x9F\x98\x80");
  for (const std::string& text : variants) {
    const Report report = check(text);
    ASSERT_TRUE(report.well_formed) << report.findings[0].message;
    EXPECT_EQ(report.configuration, expected);
    for (const bool crlf : {false, true}) {
      const std::string written = serialise(report.configuration, {crlf});
      EXPECT_EQ(check(written).configuration, expected) << written;
      EXPECT_EQ(serialise(check(written).configuration, {crlf}), written);
    }
  }
}

}  // namespace
}  // namespace cspkit::odt

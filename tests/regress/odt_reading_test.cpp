// SPDX-License-Identifier: Apache-2.0
// Configurations as bytes: what an XML declaration says of them was skipped unread, so that files
// passed which no reader of Windows takes, and files were refused that every one of them reads.
#include <gtest/gtest.h>

#include <cspkit/odt/check.hpp>
#include <string>

namespace cspkit::odt {
namespace {

const std::string kBody = "<Configuration><Remove All=\"TRUE\"/></Configuration>";

std::string described(const std::string& description) {
  return "<Configuration><Info Description=\"" + description +
         "\"/><Remove All=\"TRUE\"/></Configuration>";
}

std::string utf16(const std::string& ascii, bool big, bool mark) {
  std::string out;
  const auto put = [&](char high, char low) { out += big ? high : low, out += big ? low : high; };
  if (mark) put('\xFE', '\xFF');
  for (const char c : ascii) put('\0', c);
  return out;
}

std::string description_of(const Report& report) {
  return report.configuration.info ? report.configuration.info->description : "none";
}

TEST(OdtReadingTest, DeclarationsThatNoReaderTakesAreRefused) {
  for (const std::string declaration :
       {"<?xml version=1.0?>", "<?xml version=\"1.0' ?>", "<?xml encoding=\"utf-8\"?>",
        "<?xml version=\"2.0\"?>", "<?xml version=\"1.0\" encoding=\"\"?>",
        "<?xml version=\"1.0\" encoding=\"utf 8\"?>",
        "<?xml version=\"1.0\" standalone=\"maybe\"?>",
        "<?xml version=\"1.0\" standalone=\"yes\" encoding=\"utf-8\"?>",
        "<?xml version=\"1.0\"encoding=\"utf-8\"?>", "<?xml version=\"1.0\" lang=\"en\"?>",
        "<?xml version=\"1.0\">", "<?xml ?>", "<?xml?>"}) {
    const Report report = check(declaration + kBody);
    EXPECT_FALSE(report.well_formed) << declaration;
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_EQ(report.findings[0].code, "X001") << declaration;
  }
  const Report curly = check(
      "<?xml version=\xE2\x80\x9C"
      "1.0\xE2\x80\x9D?>" +
      kBody);
  ASSERT_EQ(curly.findings.size(), 1u);
  EXPECT_EQ(curly.findings[0].code, "X006");
  EXPECT_EQ(curly.findings[0].position.column, 15u);
  for (const std::string declaration :
       {"<?xml version=\"1.0\"?>", "<?xml version='1.0' encoding='UTF-8' ?>\r\n",
        "<?xml\n version = \"1.1\"\tencoding = \"utf-8\"  standalone='no'?>"}) {
    EXPECT_EQ(check(declaration + kBody).verdict(), Verdict::kAccept) << declaration;
  }
}

TEST(OdtReadingTest, AFileInAnotherEncodingThanItSaysIsRefused) {
  const std::string says_16 = "<?xml version=\"1.0\" encoding=\"utf-16\"?>" + kBody;
  const std::string says_8 = "<?xml version=\"1.0\" encoding=\"utf-8\"?>" + kBody;
  const Report bytes = check(says_16);
  ASSERT_EQ(bytes.findings.size(), 1u);
  EXPECT_NE(bytes.findings[0].message.find("'utf-16', but the file is UTF-8"), std::string::npos);
  EXPECT_EQ(bytes.findings[0].position.column, 31u);
  EXPECT_FALSE(check("\xEF\xBB\xBF" + says_16).well_formed);
  const Report wide = check(utf16(says_8, false, true));
  ASSERT_EQ(wide.findings.size(), 1u);
  EXPECT_NE(wide.findings[0].message.find("'utf-8', but the file is UTF-16"), std::string::npos);
  const Report other = check("<?xml version=\"1.0\" encoding=\"koi8-r\"?>" + kBody);
  ASSERT_EQ(other.findings.size(), 1u);
  EXPECT_NE(other.findings[0].message.find("save the file as UTF-8"), std::string::npos);
}

TEST(OdtReadingTest, FilesInTheEncodingTheySayAreRead) {
  for (const bool big : {false, true}) {
    for (const bool mark : {false, true}) {
      EXPECT_EQ(check(utf16(kBody, big, mark)).verdict(), Verdict::kAccept) << big << mark;
      const std::string says = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" + kBody;
      EXPECT_EQ(check(utf16(says, big, mark)).verdict(), Verdict::kAccept) << big << mark;
    }
  }
  const std::string latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>";
  EXPECT_EQ(description_of(check(latin + described("caf\xE9"))), "caf\xC3\xA9");
  const std::string windows = "<?xml version=\"1.0\" encoding=\"Windows-1252\"?>";
  EXPECT_EQ(description_of(check(windows + described("\x80 caf\xE9"))), "\xE2\x82\xAC caf\xC3\xA9");
  EXPECT_FALSE(check(windows + described("\x81")).well_formed);
  const std::string ascii = "<?xml version=\"1.0\" encoding=\"us-ascii\"?>";
  EXPECT_EQ(description_of(check(ascii + described("cafe"))), "cafe");
  EXPECT_FALSE(check(ascii + described("caf\xE9")).well_formed);
  EXPECT_FALSE(check(described("caf\xE9")).well_formed) << "no declaration means UTF-8";
  EXPECT_EQ(check("\xEF\xBB\xBF" + windows + kBody).verdict(), Verdict::kAccept) << "the mark";
}

// What came as characters has left the encoding behind that it names: .NET writes utf-16.
TEST(OdtReadingTest, CharactersHaveNoEncoding) {
  const std::string text =
      "<?xml version=\"1.0\" encoding=\"utf-16\"?>\n" + described("caf\xC3\xA9");
  EXPECT_EQ(description_of(check_characters(text)), "caf\xC3\xA9");
  EXPECT_FALSE(check_characters("<?xml version=1.0?>" + kBody).well_formed);
  EXPECT_EQ(check(as_utf8(text)).verdict(), Verdict::kAccept) << "fit for a file";
  const std::string right = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + kBody;
  EXPECT_EQ(as_utf8(right), right);
  EXPECT_EQ(as_utf8(kBody), kBody);
}

// XML 1.0, 2.11 comes before 3.3.3: a line end of Windows is one blank, not two.
TEST(OdtReadingTest, ALineEndInAValueIsOneBlank) {
  for (const char* end : {"\n", "\r", "\r\n", "\t"}) {
    EXPECT_EQ(description_of(check(described(std::string("a") + end + "b"))), "a b");
  }
  EXPECT_EQ(description_of(check(described("a&#13;&#10;b"))), "a\r\nb") << "said to be kept";
}

TEST(OdtReadingTest, TheNameOfAnInstructionEnds) {
  EXPECT_FALSE(check(kBody + "<?a&b?>").well_formed);
  EXPECT_TRUE(check(kBody + "<?a?><?b c?>").well_formed);
}

// An empty attribute was as good as none, so that a template nobody filled in was accepted, and fmt
// would have made it right.
TEST(OdtReadingTest, ATemplateThatNobodyFilledInIsRefused) {
  const std::string product =
      "<Product ID=\"O365ProPlusRetail\"><Language ID=\"en-us\"/></Product>";
  const auto add = [&](const std::string& attributes) {
    return "<Configuration><Add " + attributes + ">" + product + "</Add></Configuration>";
  };
  for (const std::string& text :
       {add("OfficeClientEdition=\"\""), add("OfficeClientEdition=\" \""), add("Channel=\"\""),
        add("Branch=\"\""),
        std::string("<Configuration><Updates Channel=\"\"/></Configuration>")}) {
    const Report report = check(text);
    EXPECT_EQ(report.verdict(), Verdict::kReject) << text;
    EXPECT_EQ(check(serialise(report.configuration)).verdict(), Verdict::kReject) << text;
  }
  for (const std::string& text :
       {add("Version=\"\""), add("SourcePath=\"\""), add("MigrateArch=\"\""),
        std::string("<Configuration><Updates UpdatePath=\"\" TargetVersion=\"\" Deadline=\"\"/>"
                    "</Configuration>")}) {
    EXPECT_EQ(check(text).verdict(), Verdict::kAccept) << text << ": documented as not given";
  }
}

// Values that people read, or that go to the registry, lost the blanks around them.
TEST(OdtReadingTest, FreeTextKeepsItsBlanks) {
  const std::string text =
      "<Configuration><Info Description=\" a  b \"/><AppSettings><Setup Name=\"Company\" "
      "Value=\"Police \"/><User Key=\"k\" Name=\"n\" Value=\" x\" Type=\"REG_SZ\" App=\"a\" "
      "Id=\"i\"/></AppSettings></Configuration>";
  const Report report = check(text);
  EXPECT_EQ(report.verdict(), Verdict::kAccept);
  ASSERT_TRUE(report.configuration.app_settings);
  EXPECT_EQ(report.configuration.info->description, " a  b ");
  EXPECT_EQ(report.configuration.app_settings->setups.at(0).value, "Police ");
  EXPECT_EQ(report.configuration.app_settings->users.at(0).value, " x");
  EXPECT_EQ(check(serialise(report.configuration)).configuration, report.configuration);
}

// A retail suite is no subscription: only those may not be had on a perpetual channel.
TEST(OdtReadingTest, ARetailSuiteOnAPerpetualChannelIsNoErrorOfTheFile) {
  const auto on_2019 = [](const std::string& id) {
    return check("<Configuration><Add Channel=\"PerpetualVL2019\"><Product ID=\"" + id +
                 "\"><Language ID=\"en-us\"/></Product></Add></Configuration>")
        .verdict();
  };
  EXPECT_EQ(on_2019("ProPlus2019Retail"), Verdict::kAccept);
  EXPECT_EQ(on_2019("ProPlus2019Volume"), Verdict::kAccept);
  EXPECT_EQ(on_2019("VisioPro2019Volume"), Verdict::kAccept);
  EXPECT_EQ(on_2019("O365ProPlusRetail"), Verdict::kReject);
  EXPECT_EQ(on_2019("ProPlus2021Volume"), Verdict::kReject);
}

// Attributes of AppSettings that must be there could be missing. Empty they may be: a Word that
// saves as .docx has an empty value.
TEST(OdtReadingTest, AppSettingsHaveAllTheirAttributes) {
  const auto verdict = [](const std::string& inside) {
    return check("<Configuration><AppSettings>" + inside + "</AppSettings></Configuration>")
        .verdict();
  };
  const std::string all =
      "<User Key=\"k\" Name=\"n\" Value=\"\" Type=\"REG_SZ\" App=\"a\" Id=\"i\"/>";
  EXPECT_EQ(verdict(all), Verdict::kAccept);
  EXPECT_EQ(verdict("<Setup Name=\"Company\" Value=\"\"/>"), Verdict::kAccept);
  EXPECT_EQ(verdict("<Setup Name=\"Company\"/>"), Verdict::kReject);
  for (const std::string name : {"Key", "Name", "Value", "Type", "App", "Id"}) {
    std::string text = all;
    const std::size_t start = text.find(" " + name + "=");
    text.erase(start, text.find('"', text.find('"', start) + 1) + 1 - start);
    EXPECT_EQ(verdict(text), Verdict::kReject) << text;
    // Writing it again makes it no better.
    const Report report =
        check("<Configuration><AppSettings>" + text + "</AppSettings></Configuration>");
    EXPECT_EQ(check(serialise(report.configuration)).verdict(), Verdict::kReject) << text;
  }
}

}  // namespace
}  // namespace cspkit::odt

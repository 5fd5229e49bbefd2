// SPDX-License-Identifier: Apache-2.0
// What is read from a configuration, and that writing it loses nothing.
#include <gtest/gtest.h>

#include <cspkit/odt/check.hpp>

namespace cspkit::odt {
namespace {

Configuration parse(const std::string& text) {
  const Report report = check(text);
  EXPECT_TRUE(report.well_formed) << text;
  return report.configuration;
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
  EXPECT_TRUE(c.silent());
  EXPECT_TRUE(c.display->accept_eula);
  EXPECT_FALSE(c.remove);
  EXPECT_EQ(c.summary(), "install O365BusinessRetail");
}

TEST(ConfigurationTest, ReadsThePublishedUninstall) {
  const Configuration c = parse(
      "<Configuration><Remove All=\"TRUE\"/><Display Level=\"None\" AcceptEULA=\"TRUE\" "
      "/></Configuration>");
  ASSERT_TRUE(c.remove);
  EXPECT_TRUE(c.remove->all());
  EXPECT_EQ(c.summary(), "remove all products");
}

TEST(ConfigurationTest, ValuesAreComparedWithoutCaseAndBlanks) {
  const Configuration c = parse(
      in_add("<Product ID=\"o365proplusretail \"><Language ID=\"matchos\"/><Language ID=\"EN-US\"/>"
             "<ExcludeApp ID=\"groove\"/><ExcludeApp ID=\"Other\"/></Product>",
             "Channel=\"targeted\" MigrateArch=\"True\""));
  const Product& product = c.add->products.at(0);
  EXPECT_EQ(product.id, "O365ProPlusRetail");
  EXPECT_EQ(product.languages[0].id, "MatchOS");
  EXPECT_EQ(product.languages[1].id, "en-us");
  EXPECT_EQ(product.excluded_apps(), std::vector<std::string>{"Groove"});
  EXPECT_EQ(c.add->channel, "SemiAnnualPreview");
  EXPECT_TRUE(c.add->migrates());
}

TEST(ConfigurationTest, BranchIsAChannelOfOld) {
  EXPECT_EQ(parse(in_add("", "Branch=\"Business\"")).add->channel, "SemiAnnual");
  const Configuration both = parse(in_add("", "Branch=\"Business\" Channel=\"Current\""));
  EXPECT_EQ(both.add->channel, "Current");
  EXPECT_EQ(parse(serialise(both)), both);
}

TEST(ConfigurationTest, TheLastOfAPropertyHolds) {
  const Configuration c = parse(
      "<Configuration><Property Name=\"FORCEAPPSHUTDOWN\" Value=\"FALSE\"/>"
      "<Property Name=\"ForceAppShutdown\" Value=\"TRUE\"/></Configuration>");
  EXPECT_EQ(c.property("forceappshutdown"), "TRUE");
  EXPECT_EQ(c.property("AUTOACTIVATE"), "");
}

TEST(ConfigurationTest, ReadsUtf16) {
  const std::string text =
      "<Configuration><Info Description=\"\xC3\xA9\xF0\x9F\x98\x80\"/></Configuration>";
  std::string little = "\xFF\xFE";
  std::string big = "\xFE\xFF";
  for (const char16_t unit :
       u"<Configuration><Info Description=\"\u00e9\U0001F600\"/></Configuration>") {
    if (unit == 0) break;
    little += {static_cast<char>(unit & 0xFF), static_cast<char>(unit >> 8)};
    big += {static_cast<char>(unit >> 8), static_cast<char>(unit & 0xFF)};
  }
  EXPECT_EQ(parse(little), parse(text));
  EXPECT_EQ(parse(big), parse(text));
  EXPECT_EQ(parse(text).info->description, "\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_FALSE(check(little + "x").well_formed);
  EXPECT_FALSE(check(std::string("\xFF\xFE\x00\xD8", 4)).well_formed);
}

TEST(SerialiseTest, WritesTheSectionsInTheirOrder) {
  const Configuration c = parse(
      "<Configuration ID=\"a\"><Logging/><Display AcceptEULA=\"true\" Level=\"none\"/><AppSettings>"
      "<Setup Name=\"Company\" Value=\"A &amp; &lt;B&gt;\"/></AppSettings><RemoveMSI/><Remove>"
      "<Product ID=\"VisioProRetail\"/></Remove><Updates Channel=\"Monthly\" Enabled=\"true\"/>"
      "<Property Value=\"1\" Name=\"autoactivate\"/><Add Channel=\"Monthly\">"
      "<Product ID=\"O365ProPlusRetail\"><ExcludeApp ID=\"Bing\"/><Language ID=\"EN-us\"/>"
      "</Product></Add><Info Description=\"d\"/></Configuration>");
  EXPECT_EQ(serialise(c),
            "<Configuration ID=\"a\">\n"
            "  <Info Description=\"d\" />\n"
            "  <Add Channel=\"Current\">\n"
            "    <Product ID=\"O365ProPlusRetail\">\n"
            "      <Language ID=\"en-us\" />\n"
            "      <ExcludeApp ID=\"Bing\" />\n"
            "    </Product>\n"
            "  </Add>\n"
            "  <Property Name=\"AUTOACTIVATE\" Value=\"1\" />\n"
            "  <Updates Enabled=\"TRUE\" Channel=\"Current\" />\n"
            "  <Remove>\n"
            "    <Product ID=\"VisioProRetail\" />\n"
            "  </Remove>\n"
            "  <RemoveMSI />\n"
            "  <AppSettings>\n"
            "    <Setup Name=\"Company\" Value=\"A &amp; &lt;B>\" />\n"
            "  </AppSettings>\n"
            "  <Display Level=\"None\" AcceptEULA=\"TRUE\" />\n"
            "  <Logging />\n"
            "</Configuration>\n");
  EXPECT_EQ(serialise(c, {true}).substr(0, 26), "<Configuration ID=\"a\">\r\n  ");
}

TEST(SerialiseTest, LosesNothing) {
  const std::string kTexts[] = {
      "<!-- a --><Configuration x=\"1\"><!-- b\r\n c --><Add> lost=\"1\" <!-- d --></Add><!-- e -->"
      "</Configuration><!-- f --><?pi?>",
      "<Configuration><Display Level=\"Odd\" AcceptEULA=\"Yes\"/><Display/><Unknown "
      "a=\"&#10;&quot;\">"
      "text<!-- c --><Inner> x </Inner>more</Unknown><LastExecuteTime>1</LastExecuteTime>"
      "</Configuration>",
      "<Configuration><Property Name=\"\" Value=\"\"/><Updates UpdatePath=\"\" Deadline=\"x\"/>"
      "</Configuration>",
      in_add("<Product ID=\"a&amp;b\" PIDKEY=\"AAAAA-BBBBB-CCCCC-DDDDD-EEEEE\" MSICondition=\"\">"
             "<Language ID=\"MatchOS\" Fallback=\"DE-de\"/><Product/><ExcludeApp ID=\"Odd\"/>"
             "</Product>",
             "Version=\"-1\" SourcePath=\" a\tb \" Branch=\"Odd\" MigrateArch=\"1\""),
      "<Configuration><AppSettings><User Key=\"k\" Name=\"n\" Value=\"\" Type=\"t\"/><Setup/>"
      "</AppSettings><RemoveMSI All=\"odd\"><IgnoreProduct "
      "ID=\"SPD\"/></RemoveMSI></Configuration>"};
  for (const std::string& text : kTexts) {
    const Configuration c = parse(text);
    for (const bool crlf : {false, true}) {
      const std::string written = serialise(c, {crlf});
      EXPECT_EQ(parse(written), c) << written;
      EXPECT_EQ(serialise(parse(written), {crlf}), written);
    }
  }
}

TEST(SerialiseTest, KeepsCommentsWhereTheyBelong) {
  const Configuration c = parse(
      "<!-- top --><Configuration><!-- show nothing --><Display Level=\"None\"/><!-- remove "
      "--><Remove "
      "All=\"TRUE\"/><!-- end --></Configuration><!-- after -->");
  EXPECT_EQ(serialise(c),
            "<!-- top -->\n"
            "<Configuration>\n"
            "  <!-- remove -->\n"
            "  <Remove All=\"TRUE\" />\n"
            "  <!-- show nothing -->\n"
            "  <Display Level=\"None\" />\n"
            "  <!-- end -->\n"
            "</Configuration>\n"
            "<!-- after -->\n");
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

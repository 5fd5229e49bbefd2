// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cspkit/odt/xml.hpp>

namespace cspkit::odt {
namespace {

XmlDocument read(const std::string& text) {
  XmlDocument document;
  XmlError error;
  EXPECT_TRUE(read_xml(text, document, error)) << text << ": " << error.describe();
  return document;
}

XmlError refuse(const std::string& text, const XmlLimits& limits = {}) {
  XmlDocument document;
  XmlError error;
  EXPECT_FALSE(read_xml(text, document, error, limits)) << text;
  return error;
}

TEST(XmlTest, ReadsElementsAttributesAndText) {
  const XmlDocument document = read(
      "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- c -->\n"
      "<a x='1' y=\"&lt;&#x41;&#66;&quot;\"><b/>t<b z=\"\"></b><![CDATA[<&>]]><?p i?></a>\n<!-- "
      "end -->");
  EXPECT_EQ(document.root.name, "a");
  ASSERT_NE(document.root.attribute("y"), nullptr);
  EXPECT_EQ(*document.root.attribute("x"), "1");
  EXPECT_EQ(*document.root.attribute("y"), "<AB\"");
  EXPECT_EQ(document.root.attribute("X"), nullptr);
  EXPECT_EQ(document.root.children.size(), 2u);
  EXPECT_EQ(document.root.text, "t<&>");
  EXPECT_EQ(document.root.position.line, 3u);
  EXPECT_EQ(document.root.position.column, 1u);
  EXPECT_FALSE(document.has_doctype);
}

TEST(XmlTest, CountsCharactersNotBytes) {
  const XmlDocument document = read("<a>\xC3\xA9\xE2\x82\xAC<b/></a>");
  EXPECT_EQ(document.root.children[0].position.column, 6u);
}

TEST(XmlTest, SkipsADocumentTypeWithoutExpandingIt) {
  const XmlDocument document =
      read("<!DOCTYPE a [<!ENTITY x \"> y\"><!-- ]> --><!ENTITY z '&x;&x;'>]><a>&z;</a>");
  EXPECT_TRUE(document.has_doctype);
  EXPECT_EQ(document.root.text, "&z;");
}

TEST(XmlTest, RefusesWhatIsNotWellFormed) {
  const char* const kBad[] = {"",
                              "   ",
                              "text",
                              "<a>",
                              "<a></b>",
                              "<a/><b/>",
                              "<a/>text",
                              "<a b/>",
                              "<a b=c/>",
                              "<a b=\"1\"c=\"2\"/>",
                              "<a b='1' b='2'/>",
                              "<a>&x;</a>",
                              "<a>& b</a>",
                              "<a b='<'/>",
                              "<a>\x01</a>",
                              "<a>\xFF</a>",
                              "<a>\xC0\x80</a>",
                              "<a>\xED\xA0\x80</a>",
                              "<a>&#0;</a>",
                              "<a>&#x110000;</a>",
                              "<a><!-- -- --></a>",
                              "<a><!-- </a>",
                              "<a><![CDATA[</a>",
                              "<a>]]></a>",
                              "<1/>",
                              " <?xml version='1.0'?><a/>",
                              "<!DOCTYPE a",
                              "<a",
                              "<a b",
                              "<a b=",
                              "<a b='",
                              "<a></a",
                              "</a>",
                              "<a/><!DOCTYPE a>",
                              "<a b='&#xZ;'/>",
                              "<>",
                              "<a><?",
                              "<a><?p"};
  for (const char* text : kBad) {
    const XmlError error = refuse(text);
    EXPECT_FALSE(error.text.empty()) << text;
  }
  EXPECT_FALSE(refuse(std::string("<a>\0</a>", 8)).text.empty());
}

TEST(XmlTest, NamesTheCharacterThatAWebPagePutIn) {
  const XmlError curly = refuse(
      "<a\n  b=\xE2\x80\x9C"
      "1\xE2\x80\x9D/>");
  EXPECT_TRUE(curly.typographic);
  EXPECT_EQ(curly.position.line, 2u);
  EXPECT_EQ(curly.position.column, 5u);
  EXPECT_NE(curly.describe().find("U+201C"), std::string::npos) << curly.describe();
  EXPECT_TRUE(refuse("<a \xE2\x80\x8B"
                     "b='1'/>")
                  .typographic);
  EXPECT_TRUE(refuse("<a b='1'\\>").typographic);
}

TEST(XmlTest, SaysWhichElementIsNotClosed) {
  EXPECT_EQ(refuse("<a>\n<b>\n</a>").describe(),
            "line 3, column 1: '</a>' closes element 'b' of line 2");
  EXPECT_EQ(refuse("<a>\n<b/>").text, "element 'a' of line 1 is not closed");
}

TEST(XmlTest, LimitsKeepAHostileDocumentCheap) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  EXPECT_EQ(refuse(deep).text, "elements nested too deep");
  std::string wide = "<a>";
  for (int i = 0; i < 200000; ++i) wide += "<b/>";
  EXPECT_EQ(refuse(wide + "</a>").text, "too many elements");
  std::string many = "<a";
  for (int i = 0; i < 1000; ++i) many += " a" + std::to_string(i) + "=''";
  EXPECT_EQ(refuse(many + "/>").text, "too many attributes on one element");
  EXPECT_EQ(refuse("<a><b x=''/><b x=''/></a>", {64, 10, 1}).text, "too many attributes");
}

// Each is read in one pass: a reader that looked back would not come to an end here.
TEST(XmlTest, MegabytesOfOddMarkupAreReadInOnePass) {
  const auto filled = [](const std::string& part) {
    std::string text = "<a>";
    while (text.size() < (std::size_t{8} << 20)) text += part;
    return text + "</a>";
  };
  for (const char* part : {"<![CDATA[]]>", "<!---->", "&#65;", "<?p?>", "x ]] > ", "\n"}) {
    EXPECT_EQ(read(filled(part)).root.children.size(), 0u) << part;
  }
  EXPECT_TRUE(read("<!DOCTYPE a [" + filled("<!ENTITY x '&x;&x;'>") + "]><a/>").has_doctype);
}

TEST(XmlTest, EscapedTextComesBack) {
  const std::string text = "a&b<c>\"d\"\n\t\r\xE2\x82\xAC";
  std::string out = "<a b=\"";
  append_escaped(out, text);
  EXPECT_EQ(*read(out + "\"/>").root.attribute("b"), text);
  std::string bad;
  append_escaped(bad, std::string("\x01\xFF", 2));
  EXPECT_EQ(bad, "\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace cspkit::odt
